"""Whom an organization meets: what a change of events, rules and settings makes of it, and that a
batch touches nothing else.

Many firms in one database, each with the same week; between the same two batches one thing changes
in each of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.world import World
from tests.pipeline.events import Body, Person, Session
from tests.pipeline.installation import Installation, new_installation
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
EXCLUDE = "insert into integration.exclusions (organization_id, email_or_domain) values "
SETTING = "insert into integration.identity_settings (organization_id, name, value) values "
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
    "user_unsubscribed": (
        "insert into integration.subscription_changes"
        " (organization_id, user_id, feature, is_on, effective_from)"
        " values (%(org)s, %(org)s || '-ann', 'meetings', false, '2026-01-01')"
    ),
    "feature_off": (
        "insert into integration.subscription_changes"
        " (organization_id, user_id, feature, is_on, effective_from)"
        " values (%(org)s, null, 'meetings', false, '2026-01-01')"
    ),
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
    """A later event of Eve's leg on Tuesday says that it was Ben's."""
    start = MONDAY + timedelta(days=1)
    tuesday = Session(account, "tuesday", ANN.zoom_user_id, start, start + timedelta(minutes=30))
    return tuesday.left(BEN, start + timedelta(minutes=31), leg=str(16778240 + 1024 * 2))


@pytest.fixture(scope="module")
def story(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Story]:
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        yield tell(installation)


def tell(installation: Installation) -> Story:
    for firm in CHANGES:
        begin(installation, firm)
    snapshots = {"first": batch(installation, FIRST_BATCH)}
    snapshots["quiet"] = batch(installation, QUIET_BATCH)
    for firm, change in CHANGES.items():
        if change:
            installation.execute(change, {"org": firm})
    installation.deliver(correction("account-of-taken_out_of_a_session"), at=CHANGING_BATCH)
    snapshots["changed"] = batch(installation, CHANGING_BATCH)
    installation.execute("delete from integration.domain_overrides")
    snapshots["last"] = batch(installation, LAST_BATCH)
    said = installation.rebuild()
    rebuilt = take_snapshot(installation.url, TABLES | CLIENTSIGHTS)
    return Story(**snapshots, rebuilt=rebuilt, said=said, installation=installation)


def begin(installation: Installation, firm: str) -> None:
    users = {f"{firm}-ann": ANN.email, f"{firm}-ben": BEN.email}
    installation.organization(firm, account=f"account-of-{firm}", users=users)
    for person, user in ((ANN, "ann"), (BEN, "ben")):
        installation.execute(
            "insert into integration.mapping_changes "
            "(zoom_account_id, zoom_user_id, user_id, effective_from) "
            "values (%s, %s, %s, '2025-01-01')",
            [f"account-of-{firm}", person.zoom_user_id, f"{firm}-{user}"],
        )
    if firm == "excluded_before":
        installation.execute(EXCLUDE + "(%(org)s, 'client-one.com')", {"org": firm})
    installation.deliver(*week(f"account-of-{firm}"), at=FIRST_BATCH)


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


def ties(snapshot: Snapshot, firm: str) -> dict[tuple[str, str], tuple[int, int]]:
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


USUAL_PEOPLE = {
    "cleo@client-one.com": ("Cleo Client", "zoom", "human", "client-one.com", 1),
    "dan@client-one.com": ("Dan Dunn", "zoom", "human", "client-one.com", 2),
    "eve@client-two.com": ("Eve", "zoom", "human", "client-two.com", 2),
    "support@client-two.com": ("Help", "zoom", "role", "client-two.com", 1),
    "gus@gmail.com": ("Gus", "zoom", "human", None, 1),
    "fred@fireflies.ai": ("Notes", "zoom", "bot", None, 1),
}
USUAL_COMPANIES = {
    "client-one.com": ("Client One", "guess", 2, 2),
    "client-two.com": ("Client Two", "guess", 1, 2),
}
USUAL_TIES = {
    ("ann", "cleo@client-one.com"): (1, 3600),
    ("ann", "dan@client-one.com"): (2, 5400),
    ("ann", "eve@client-two.com"): (1, 1800),
    ("ann", "support@client-two.com"): (1, 1800),
    ("ann", "gus@gmail.com"): (1, 3600),
    ("ben", "cleo@client-one.com"): (1, 3600),
    ("ben", "dan@client-one.com"): (1, 3600),
    ("ben", "gus@gmail.com"): (1, 3600),
}


def without(usual: dict[Any, Any], *words: str) -> dict[Any, Any]:
    return {key: value for key, value in usual.items() if not any(w in str(key) for w in words)}


def test_everybody_from_outside_is_a_person_and_every_business_domain_a_company(
    story: Story,
) -> None:
    assert people(story.first, "nothing") == USUAL_PEOPLE
    assert companies(story.first, "nothing") == USUAL_COMPANIES
    assert ties(story.first, "nothing") == USUAL_TIES


def test_a_batch_without_news_leaves_every_row_untouched(story: Story) -> None:
    assert written(story.first, story.quiet) == set()


def test_a_change_of_another_firm_touches_nothing(story: Story) -> None:
    assert story.written("nothing") == set()


def test_merged_companies_are_one_and_a_session_with_both_counts_once(story: Story) -> None:
    assert companies(story.changed, "companies_merged") == {
        "client-one.com": ("Client One", "guess", 3, 3)
    }
    assert ties(story.changed, "companies_merged") == USUAL_TIES
    sums = {
        (row.columns["session_count"], row.columns["shared_seconds"])
        for key, row in story.changed.items()
        if key[:3]
        == (
            "intermediate.int_company_relationships",
            "companies_merged",
            "companies_merged-ann",
        )
    }
    assert sums == {(2, 5400)}


def test_a_named_company_changes_its_name_and_nothing_else(story: Story) -> None:
    expected = USUAL_COMPANIES | {"client-one.com": ("The One", "override", 2, 2)}
    assert companies(story.changed, "company_named") == expected
    assert {key[0] for key in story.written("company_named")} == {"clientsights.companies"}


def test_not_a_company_keeps_its_people(story: Story) -> None:
    assert companies(story.changed, "not_a_company") == without(USUAL_COMPANIES, "client-one")
    assert people(story.changed, "not_a_company").keys() == USUAL_PEOPLE.keys()
    assert people(story.changed, "not_a_company")["cleo@client-one.com"][3] is None
    assert ties(story.changed, "not_a_company") == USUAL_TIES


@pytest.mark.parametrize(
    ("firm", "gone"),
    [
        ("own_domain", ["client-two"]),
        ("domain_excluded", ["client-one"]),
        ("spelling_excluded", ["gus@"]),
    ],
)
def test_colleagues_and_excluded_addresses_are_no_people(
    story: Story, firm: str, gone: list[str]
) -> None:
    assert people(story.changed, firm) == without(USUAL_PEOPLE, *gone)
    assert companies(story.changed, firm) == without(USUAL_COMPANIES, *gone)
    assert ties(story.changed, firm) == without(USUAL_TIES, *gone)


def test_an_exclusion_that_is_taken_back_brings_them_back(story: Story) -> None:
    assert people(story.quiet, "excluded_before") == without(USUAL_PEOPLE, "client-one")
    assert people(story.changed, "excluded_before") == USUAL_PEOPLE
    assert ties(story.changed, "excluded_before") == USUAL_TIES


def test_who_becomes_a_user_is_a_colleague_and_takes_the_domain_along(story: Story) -> None:
    """The domain of a user's email is the organization's own."""
    firm = "becomes_a_user"
    assert people(story.changed, firm) == without(USUAL_PEOPLE, "client-two")
    assert companies(story.changed, firm) == without(USUAL_COMPANIES, "client-two")
    assert ties(story.changed, firm) == without(USUAL_TIES, "client-two")


def test_a_flag_that_is_off_gives_free_mail_a_company(story: Story) -> None:
    expected = USUAL_COMPANIES | {"gmail.com": ("Gmail", "guess", 1, 1)}
    assert companies(story.changed, "free_mail_has_companies") == expected


def test_who_has_no_entry_has_no_ties_but_the_people_were_met(story: Story) -> None:
    firm = "user_unsubscribed"
    assert people(story.changed, firm) == USUAL_PEOPLE
    assert ties(story.changed, firm) == without(USUAL_TIES, "ann")


def test_a_feature_that_is_off_for_the_organization_brings_nobody(story: Story) -> None:
    firm = "feature_off"
    assert people(story.changed, firm) == companies(story.changed, firm) == {}
    assert ties(story.changed, firm) == {}


def test_who_is_corrected_out_of_a_session_loses_the_count(story: Story) -> None:
    firm = "taken_out_of_a_session"
    expected = USUAL_PEOPLE | {
        "eve@client-two.com": ("Eve", "zoom", "human", "client-two.com", 1),
    }
    assert people(story.changed, firm) == expected
    assert ties(story.changed, firm) == without(USUAL_TIES, "eve@") | {
        ("ben", "dan@client-one.com"): (2, 5400),
        ("ben", "support@client-two.com"): (1, 1800),
    }


def test_a_setting_that_cannot_be_read_counts_for_nothing(story: Story) -> None:
    firm = "unreadable_settings"
    assert people(story.changed, firm) == USUAL_PEOPLE
    assert companies(story.changed, firm) == USUAL_COMPANIES


def test_what_moved_is_reported(story: Story) -> None:
    moved = story.installation.execute(
        "select address, kind_before, kind_after, company_key_before, company_key_after "
        "from clientsights_raw.email_address_moves "
        "where organization_id = 'own_domain' order by address"
    )
    assert moved == [
        ("eve@client-two.com", "human", "internal", "client-two.com", None),
        ("support@client-two.com", "role", "internal", "client-two.com", None),
    ]


@pytest.mark.parametrize("firm", ["companies_merged", "company_named", "not_a_company"])
def test_an_override_that_is_taken_back_leaves_no_trace(story: Story, firm: str) -> None:
    assert people(story.last, firm) == USUAL_PEOPLE
    assert companies(story.last, firm) == USUAL_COMPANIES


def test_a_rebuild_finds_nothing_to_change_and_touches_nothing(story: Story) -> None:
    assert story.said[-1] == "Nothing changed."
    assert written(story.last, story.rebuilt) == set()
