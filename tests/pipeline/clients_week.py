"""A week of meetings with two clients, once per firm: each firm changes one setting."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.pipeline.events import Body, Person, Session
from tests.pipeline.firms import EXCLUDE, MAP, SWITCH, Firm
from tests.pipeline.installation import Installation
from tests.pipeline.tables import CLIENTSIGHTS, TABLES, Snapshot, take_snapshot, written

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST_BATCH = datetime(2026, 3, 5, 12, tzinfo=UTC)
QUIET_BATCH = FIRST_BATCH + timedelta(minutes=20)
CHANGING_BATCH = FIRST_BATCH + timedelta(days=1)
LAST_BATCH = FIRST_BATCH + timedelta(days=2)

ANN = Person("Ann", "zu-ann", "ann@firm.com")
BEN = Person("Ben", "zu-ben", "ben@firm.com")
CLEO = Person("Cleo Client", email="cleo@client-one.com")
DAN = Person("Dan's iPhone", email="dan@client-one.com")
DAN_TAGGED = Person("Dan Dunn", email="Dan+zoom@client-one.com")
EVE = Person("Eve", email="eve@client-two.com")
HELP = Person("Help", email="support@client-two.com")
GUS = Person("Gus", email="g.us@gmail.com")
ROBOT = Person("Notes", email="fred@fireflies.ai")

OVERRIDE = (
    "insert into integration.domain_overrides"
    " (organization_id, domain, company_domain, company_name) values "
)
OWN = "insert into integration.own_domains (organization_id, domain) values "
SETTING = "insert into integration.identity_settings (organization_id, name, value) values "
MAPPED = f"""{MAP}
    (%(account)s, 'zu-ann', %(ann)s, '2025-01-01'),
    (%(account)s, 'zu-ben', %(ben)s, '2025-01-01')
"""
CHANGES = {
    "nothing": "",
    "companies_merged": OVERRIDE + "(%(org)s, 'client-two.com', 'client-one.com', null)",
    "company_named": OVERRIDE + "(%(org)s, 'client-one.com', 'client-one.com', 'The One')",
    "not_a_company": OVERRIDE + "(%(org)s, 'client-one.com', null, null)",
    "own_domain": OWN + "(%(org)s, 'client-two.com')",
    "domain_excluded": EXCLUDE + "(%(org)s, 'client-one.com')",
    "spelling_excluded": EXCLUDE + "(%(org)s, 'gus@gmail.com')",
    "excluded_before": "delete from integration.exclusions where organization_id = %(org)s",
    "free_mail_has_companies": SETTING + "(%(org)s, 'free_mail', 'off')",
    "becomes_a_user": (
        "insert into worksights.users"
        " (user_id, organization_id, email, full_name, role, created_at)"
        " values (%(org)s || '-eve', %(org)s, 'eve@client-two.com', 'Eve', 'member', '2025-01-01')"
    ),
    "user_unsubscribed": SWITCH + "(%(org)s, %(ann)s, 'meetings', false, '2026-01-01')",
    "feature_off": SWITCH + "(%(org)s, null, 'meetings', false, '2026-01-01')",
    "taken_out_of_a_session": "",
    "unreadable_settings": (
        OVERRIDE + "(%(org)s, 'not a domain', null, null), (%(org)s, 'client-one.com', '??', null)"
    ),
}


@dataclass(frozen=True)
class Story:
    """The tables after each batch."""

    first: Snapshot
    quiet: Snapshot
    changed: Snapshot
    last: Snapshot
    rebuilt: Snapshot
    said: list[str]
    installation: Installation

    def written(self, firm: str) -> set[tuple[str, ...]]:
        return {key for key in written(self.quiet, self.changed) if key[1] == firm}


def week(account: str) -> list[Body]:
    monday = Session(account, "monday", ANN.zoom_user_id, MONDAY, MONDAY + timedelta(hours=1))
    tuesday = Session(
        account, "tuesday", ANN.zoom_user_id, MONDAY + timedelta(days=1),
        MONDAY + timedelta(days=1, minutes=30),
    )  # fmt: skip
    unmapped = Session(
        account, "unmapped", "zu-nobody", MONDAY + timedelta(days=2),
        MONDAY + timedelta(days=2, hours=1),
    )  # fmt: skip
    return [
        *monday.whole([ANN, BEN, CLEO, DAN, GUS, ROBOT]),
        *tuesday.whole([ANN, DAN_TAGGED, EVE, HELP]),
        *unmapped.whole([EVE]),
    ]


def correction(account: str) -> Body:
    """A later event reports that Eve's leg on Tuesday was Ben's."""
    start = MONDAY + timedelta(days=1)
    tuesday = Session(account, "tuesday", ANN.zoom_user_id, start, start + timedelta(minutes=30))
    return tuesday.left(BEN, start + timedelta(minutes=31), leg=str(16778240 + 1024 * 2))


def run_story(installation: Installation) -> Story:
    firms = {name: Firm(name, {"ann": ANN.email, "ben": BEN.email}) for name in CHANGES}
    for firm in firms.values():
        before = EXCLUDE + "(%(org)s, 'client-one.com')" if firm.name == "excluded_before" else ""
        firm.create(installation, MAPPED, before)
        installation.deliver(*week(firm.account), at=FIRST_BATCH)
    snapshots = {"first": batch(installation, FIRST_BATCH)}
    snapshots["quiet"] = batch(installation, QUIET_BATCH)
    for name, change in CHANGES.items():
        firms[name].set(installation, change)
    corrected = firms["taken_out_of_a_session"]
    installation.deliver(correction(corrected.account), at=CHANGING_BATCH)
    snapshots["changed"] = batch(installation, CHANGING_BATCH)
    installation.execute("delete from integration.domain_overrides")
    snapshots["last"] = batch(installation, LAST_BATCH)
    said = installation.rebuild()
    rebuilt = take_snapshot(installation.url, TABLES | CLIENTSIGHTS)
    return Story(**snapshots, rebuilt=rebuilt, said=said, installation=installation)


def batch(installation: Installation, now: datetime) -> Snapshot:
    installation.batch(now=now)
    return take_snapshot(installation.url, TABLES | CLIENTSIGHTS)


def people(snapshot: Snapshot, firm: str) -> dict[str, tuple[Any, ...]]:
    """email -> display name, its source, kind, company's domain, sessions."""
    domains = {
        row.columns["company_id"]: row.columns["domain"]
        for key, row in snapshot.items()
        if key[:2] == ("clientsights.companies", firm)
    }
    return {
        row.columns["email"]: (
            row.columns["display_name"],
            row.columns["name_source"],
            row.columns["kind"],
            domains.get(row.columns["company_id"]),
            row.columns["session_count"],
        )
        for key, row in snapshot.items()
        if key[:2] == ("clientsights.people", firm)
    }


def companies(snapshot: Snapshot, firm: str) -> dict[str, tuple[Any, ...]]:
    """domain -> name, its source, people, sessions."""
    return {
        row.columns["domain"]: (
            row.columns["name"],
            row.columns["name_source"],
            row.columns["person_count"],
            row.columns["session_count"],
        )
        for key, row in snapshot.items()
        if key[:2] == ("clientsights.companies", firm)
    }


def relationships(snapshot: Snapshot, firm: str) -> dict[tuple[str, str], tuple[int, int]]:
    """(user, person's email) -> sessions, shared seconds."""
    emails = {
        row.columns["person_id"]: row.columns["email"]
        for key, row in snapshot.items()
        if key[:2] == ("clientsights.people", firm)
    }
    return {
        (key[2].rpartition("-")[2], emails[key[3]]): (
            row.columns["session_count"],
            row.columns["shared_seconds"],
        )
        for key, row in snapshot.items()
        if key[:2] == ("intermediate.int_relationships", firm)
    }
