"""Two organizations with sessions, from which a real batch derived entries, people and outcomes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.world import World
from tests.databases import new_database
from tests.pipeline.events import Person, Session
from tests.pipeline.installation import Installation, install, template_with_tables
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import (
    LONG_AGO,
    ORGANIZATIONS,
    ROLES,
    Site,
    email_of,
    running_site,
    user_id_of,
)

ACME, ACME_BEFORE, GLOBEX = ACCOUNTS
BATCH = datetime(2026, 11, 1, 12, tzinfo=UTC)
# Nobody answers there, but the pages offer what needs a mail server.
OFFERS_MAIL = {"SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "worksights@tests.example"}
WAITING_NOW = BATCH - timedelta(hours=1)

CLEO = Person("Cleo Client", email="cleo@client-one.com")
DAN = Person("Dan's iPhone", email="dan.dunn@client-one.com")
LOOKALIKE = Person("Carl Copy", email="carl@c1ient-one.com")
GUS = Person("Gus Green", email="gus@client-two.com")
ROBOT = Person("Notes", email="fred@fireflies.ai")
SHY = Person("Shy Sheldon", email="shy@secret-client.com")
NAMELESS = Person("")
STRAY = Person("Stray Stone", "zu-stray", "stray@elsewhere.example")
OF_GLOBEX = Person("Gloria Globe", email="gloria@globex-client.com")


def at(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}:00+00:00")


def zoom_user(role: str, organization: str = "acme") -> Person:
    name = f"{role.replace('_', ' ').title()} of {organization.title()}"
    return Person(name, f"zu-{organization}-{role}", email_of(role, organization))


MEMBER, MANAGER, ADMIN, EXECUTIVE = map(zoom_user, ("member", "manager", "admin", "executive"))


def session(
    uuid: str, day: str, start: str, end: str, *, account: str = ACME, host: Person = MEMBER,
    topic: str = "", ends_next_day: bool = False,
) -> Session:  # fmt: skip
    ended_at = at(day, end) + timedelta(days=int(ends_next_day))
    return Session(account, uuid, host.zoom_user_id, at(day, start), ended_at, topic or uuid)


PARALLEL = "2026-03-10"
OPENING = session("Opening", PARALLEL, "09:00", "10:00")
SIDE = session("Side talk", PARALLEL, "09:30", "10:15")
AFTER = session("Afterwards", PARALLEL, "10:15", "10:45")
OPEN = session("Still open", "2026-11-01", "10:00", "11:00", topic="Secret plan")
ESTIMATED = session("No leave sent", PARALLEL, "13:00", "14:00", host=MANAGER)
SALARIES = session("Salary round", PARALLEL, "15:00", "16:00", host=EXECUTIVE)
WHOLE = {
    OPENING: [MEMBER, MANAGER, CLEO, DAN, NAMELESS, SHY, ROBOT],
    SIDE: [MEMBER, GUS],
    AFTER: [MEMBER],
    SALARIES: [EXECUTIVE, ADMIN, CLEO, LOOKALIKE, STRAY],
    session("Clock forward", "2026-03-29", "00:30", "01:30"): [MEMBER],
    session("Late show", "2026-03-29", "21:30", "22:45"): [MEMBER],
    session("Clock back", "2026-10-25", "00:15", "01:15"): [MEMBER],
    session("Switched off", "2026-05-05", "08:00", "09:00", host=MANAGER): [MANAGER, MEMBER],
    session("Two hats", "2026-06-02", "08:00", "09:00"): [zoom_user("technical_admin")],
    session("Too early", "2024-12-30", "08:00", "09:00"): [MEMBER],
    session("Too late", "2026-02-10", "08:00", "09:00", account=ACME_BEFORE): [MEMBER],
    session("Secret of Globex", PARALLEL, "09:00", "10:00", account=GLOBEX, host=zoom_user(
        "member", "globex")): [zoom_user("member", "globex"), OF_GLOBEX, CLEO],
}  # fmt: skip


@contextmanager
def story_site(server_url: str, zoom: tuple[World, str], folder: Path) -> Iterator[Site]:
    """A site with the story above in its marts."""
    world, zoom_url = zoom
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        running_site(url, world=world, zoom_url=zoom_url, home=folder, also=OFFERS_MAIL) as site,
    ):
        _settings(site)
        with pytest.MonkeyPatch.context() as patch:
            _deliver(install(url, home=folder, zoom=zoom_url, patch=patch))
        yield site


def _settings(site: Site) -> None:
    for role, zone in (("executive", "America/New_York"), ("technical_admin", "Mars/Olympus")):
        site.rows(
            "update worksights.users set time_zone = %s where user_id = %s", zone, user_id_of(role)
        )
    site.connect("acme", ACME)
    site.connect("globex", GLOBEX)
    former = site.connect("acme", ACME_BEFORE)
    site.rows(
        "update integration.connections set status = 'disconnected', "
        "disconnected_at = '2026-02-10 06:00Z' where connection_id = %s",
        former,
    )
    accounts = {"acme": ACME, "globex": GLOBEX}
    for organization in ORGANIZATIONS:
        for person in (*(zoom_user(role, organization) for role in ROLES), STRAY):
            site.rows(
                "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, "
                "imported_at, batch, email) values (%s, %s, %s, '2025-01-02', 0, %s)",
                organization, accounts[organization], person.zoom_user_id, person.email,
            )  # fmt: skip
    site.rows(
        "insert into integration.mapping_changes "
        "(zoom_account_id, zoom_user_id, user_id, effective_from) values (%s, %s, %s, %s)",
        ACME, zoom_user("technical_admin").zoom_user_id, user_id_of("owner"), LONG_AGO,
    )  # fmt: skip
    site.rows(
        "insert into integration.mapping_requests (organization_id, zoom_account_id, zoom_user_id, "
        "user_id, effective_from, requested_by) values ('acme', %s, %s, %s, %s, %s)",
        ACME, STRAY.zoom_user_id, user_id_of("admin"), LONG_AGO, user_id_of("admin"),
    )  # fmt: skip
    site.rows(
        "insert into integration.subscription_changes "
        "(organization_id, user_id, feature, is_on, effective_from) "
        "values ('acme', %s, 'meetings', false, '2026-05-01')",
        user_id_of("manager"),
    )
    site.rows(
        "insert into integration.exclusions (organization_id, email_or_domain) "
        "values ('acme', 'secret-client.com')"
    )


def _deliver(installation: Installation) -> None:
    for one, people in WHOLE.items():
        installation.deliver(*one.whole(people), at=WAITING_NOW)
    installation.deliver(
        ESTIMATED.started(), ESTIMATED.joined(MEMBER, at(PARALLEL, "13:20")), ESTIMATED.ended(),
        at=WAITING_NOW,
    )  # fmt: skip
    installation.deliver(OPEN.started(), OPEN.joined(MEMBER, OPEN.started_at), at=WAITING_NOW)
    without_session = OPENING.joined(MEMBER, OPENING.started_at)
    without_session["payload"]["object"]["uuid"] = ""
    installation.deliver(without_session, at=WAITING_NOW)
    installation.deliver(
        {
            "event": "chat_message.sent",
            "payload": {"account_id": ACME, "object": {}},
            "event_ts": 1,
        },
        at=WAITING_NOW,
    )
    # In another thread: a browser's event loop may run in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(installation.batch, now=BATCH).result()


@pytest.fixture(scope="session")
def story(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """One site with the result of a batch, for all tests that only read."""
    with story_site(server_url, zoom, tmp_path_factory.mktemp("home")) as site:
        yield site
