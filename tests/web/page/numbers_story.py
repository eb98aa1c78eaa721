"""The story from which every number of the pages is computed twice: people in six time zones, three
changes of summer time, sessions at the same time, two devices, midnight; and the borders of the
last 30 and 90 days and of the last twelve weeks.
"""

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from simulator.world import World
from tests.databases import new_database
from tests.pipeline.events import Body, Person, Session
from tests.pipeline.installation import install, template_with_tables
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.reckoning import Reckoning, span
from tests.web.page.reckoning_of_clients import Client, Clients
from tests.web.page.shown_numbers import text_of
from tests.web.page.site import LONG_AGO, ROLES, Site, Visitor, running_site, user_id_of
from tests.web.page.story import zoom_user
from tests.web.page.words_of_clients import Words

ACCOUNT = ACCOUNTS[0]
ZONES = {
    "executive": "America/New_York", "owner": "Europe/Berlin", "admin": "Asia/Kolkata",
    "technical_admin": "Pacific/Auckland", "manager": "America/Los_Angeles",
    "member": "Europe/London",
}  # fmt: skip
EXECUTIVE, OWNER, ADMIN, TECHNICAL, MANAGER, MEMBER = map(zoom_user, ZONES)
ANN = Person("Ann", email="ann@client-one.com")
DAN = Person("Dan", email="dan@client-one.com")
GUS = Person("Gus", email="gus@client-two.com")
OLGA = Person("Olga", email="olga@old-client.com")
IRA = Person("Ira", email="ira@third-client.com")
JAY = Person("Jay", email="jay@fourth-client.com")
PAT = Person("Pat", email="pat@gmail.com")  # of no company
ZOE = Person("Zoe", email="zoe@client-one.com")  # is alone when she is there
DESK = Person("Desk", email="info@client-two.com")  # a shared address
GUESTS = (ANN, DAN, GUS, OLGA, IRA, JAY, PAT, ZOE, DESK)
READER = ZoneInfo(ZONES["executive"])
TEAM = {"member": "manager", "owner": "member"}  # report to the manager, one through the other


Time = str | datetime


def at(time: Time) -> datetime:
    if isinstance(time, datetime):
        return time
    return datetime.fromisoformat(f"2026-{time}:00+00:00")


def whole(uuid: str, start: Time, end: Time, *people: Person) -> list[Body]:
    return Session(ACCOUNT, uuid, people[0].zoom_user_id, at(start), at(end), uuid).whole(people)


def with_legs(
    uuid: str, start: Time, end: Time, legs: list[tuple[Person, Time, Time]]
) -> list[Body]:
    """Each leg is on a device of its own."""
    session = Session(ACCOUNT, uuid, legs[0][0].zoom_user_id, at(start), at(end), uuid)
    bodies = [session.started(), session.ended()]
    for number, (person, joined, left) in enumerate(legs):
        leg = str(16778240 + 1024 * number)
        bodies += [
            session.joined(person, at(joined), leg=leg), session.left(person, at(left), leg=leg)
        ]  # fmt: skip
    return bodies


BODIES = [
    *whole("Long ago", "02-10T15:00", "02-10T16:00", MEMBER, OLGA),
    *whole("First of March", "03-01T07:30", "03-01T08:10", ADMIN, TECHNICAL),
    *whole("Week before", "03-18T13:00", "03-18T14:00", OWNER, MEMBER, GUS),
    *whole("Stand-up", "03-23T09:00", "03-23T09:30", MEMBER, OWNER, MANAGER),
    *whole("At the same time", "03-23T09:15", "03-23T10:00", MEMBER, ANN),
    *with_legs("Two devices", "03-24T14:00", "03-24T15:00", [
        (EXECUTIVE, "03-24T14:00", "03-24T14:20"), (EXECUTIVE, "03-24T14:10", "03-24T14:30"),
        (EXECUTIVE, "03-24T14:45", "03-24T15:00"), (DAN, "03-24T14:25", "03-24T14:50"),
        (OWNER, "03-24T14:00", "03-24T14:24"),
    ]),
    *whole("Over midnight", "03-28T22:30", "03-29T00:15", MEMBER, OWNER, ADMIN, TECHNICAL),
    *whole("Clock forward", "03-29T00:30", "03-29T01:30", OWNER, ANN, GUS),
    *whole("Border of the week", "03-29T22:30", "03-29T23:45", MEMBER, EXECUTIVE, TECHNICAL, GUS),
    *whole("Border of the month", "03-31T21:30", "03-31T23:30", MEMBER, ADMIN, DAN),
    *whole("Quick call", "04-01T10:00", "04-01T10:01", MANAGER, ANN),
    *whole("Auckland's clock", "04-04T13:30", "04-04T15:00", TECHNICAL, GUS),
]  # fmt: skip


def lately(now: datetime) -> list[Body]:
    """Sessions at the borders of what pages count back from now by the reader's clock."""
    today = now.astimezone(READER).date()

    def midnight(days_ago: int) -> datetime:
        day = today - timedelta(days=days_ago)
        return span(day, day, READER)[0]

    def session(uuid: str, start: datetime, minutes: int, *people: Person) -> list[Body]:
        return whole(uuid, start, start + timedelta(minutes=minutes), *people)

    first_week, minute = midnight(today.weekday() + 77), timedelta(minutes=1)
    quiet = (now - timedelta(days=30)).replace(microsecond=0)
    there = midnight(2) + 13 * 60 * minute
    return [
        *session("Before the 90 days", midnight(90) - minute, 25, OWNER, DAN),
        *session("First of 90 days", midnight(90), 40, MEMBER, ANN, DAN),
        *session("Before the weeks", first_week - minute, 50, MEMBER, ANN),
        *session("First of the weeks", first_week, 3, MEMBER, DAN, PAT),
        *session("Before the 30 days", midnight(30) - minute, 35, TECHNICAL, GUS),
        *session("First of 30 days", midnight(30), 150, EXECUTIVE, ADMIN, GUS, DESK),
        *session("Quiet from now on", quiet - 90 * minute, 30, MANAGER, IRA),
        *session("Not quiet yet", quiet + 60 * minute, 30, MANAGER, JAY),
        *with_legs("Comings and goings", there, there + 60 * minute, [
            (person, there + joined * minute, there + left * minute)
            for person, joined, left in (
                (ADMIN, 0, 20), (ADMIN, 10, 30), (OWNER, 5, 40), (ANN, 15, 25), (ANN, 30, 38),
                (DAN, 20, 36), (ZOE, 45, 60),
            )
        ]),
    ]  # fmt: skip


@dataclass(frozen=True)
class Numbers:
    site: Site
    reckoning: Reckoning
    clients: Clients
    executive: Visitor

    def said(self) -> Words:
        """What pages should say now."""
        return Words(self.clients, datetime.now(UTC), READER)

    def page(self, path: str) -> str:
        return text_of(self.executive.get(path).text)

    def lines(self, path: str) -> list[list[str]]:
        """Of a file, without the columns' names."""
        text = self.executive.get(path).content.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))[1:]

    def people(self) -> dict[str, Client]:
        """Those who are human, by id."""
        ids = self.site.rows("select person_id, email from clientsights.people")
        people = self.clients.people
        return {person_id: people[email] for person_id, email in ids if email in people}


@pytest.fixture(scope="module")
def numbers(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Numbers]:
    world, zoom_url = zoom
    home = tmp_path_factory.mktemp("home")
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        running_site(url, world=world, zoom_url=zoom_url, home=home) as site,
        pytest.MonkeyPatch.context() as patch,
    ):
        site.connect("acme", ACCOUNT)
        site.rows(
            "insert into integration.privacy_settings (organization_id, name, value, changed_at) "
            "values ('acme', 'retention_months', 'never', %s)",
            LONG_AGO,
        )
        for role in ROLES:
            manager = TEAM.get(role)
            site.rows(
                "update worksights.users set time_zone = %s, manager_user_id = %s "
                "where user_id = %s",
                ZONES[role], manager and user_id_of(manager), user_id_of(role),
            )  # fmt: skip
            person = zoom_user(role)
            site.rows(
                "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, "
                "imported_at, batch, email, display_name, status) "
                "values ('acme', %s, %s, %s, 0, %s, %s, 'active')",
                ACCOUNT, person.zoom_user_id, LONG_AGO, person.email, person.name,
            )  # fmt: skip
        installation = install(url, home=home, zoom=zoom_url, patch=patch)
        now = datetime.now(UTC)
        bodies = [*BODIES, *lately(now)]
        installation.deliver(*bodies, at=now)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(installation.batch, now=now).result()
        reckoning = Reckoning(site, bodies)
        names = {guest.email: guest.name for guest in GUESTS}
        clients = Clients(reckoning, names, shared_addresses=[DESK.email])
        yield Numbers(site, reckoning, clients, site.visitor("executive"))
