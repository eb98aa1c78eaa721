"""Every number of a page equals what plain Python computes from Zoom's events: people in six time
zones, three changes of summer time, sessions at the same time, two devices, midnight.
"""

import csv
import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from simulator.world import World
from tests.databases import new_database
from tests.pipeline.events import Body, Person, Session
from tests.pipeline.installation import install, template_with_tables
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.reckoning import Reckoning, days, lasting
from tests.web.page.site import LONG_AGO, ROLES, Site, Visitor, running_site, user_id_of
from tests.web.page.story import zoom_user
from tests.web.page.zoom_users import rows_of, words

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
READER = ZoneInfo(ZONES["executive"])
TEAM = {"member": "manager", "owner": "member"}  # report to the manager, one through the other


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+00:00")


def whole(uuid: str, start: str, end: str, *people: Person) -> list[Body]:
    return Session(ACCOUNT, uuid, people[0].zoom_user_id, at(start), at(end), uuid).whole(people)


def with_legs(uuid: str, start: str, end: str, legs: list[tuple[Person, str, str]]) -> list[Body]:
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


@dataclass(frozen=True)
class Numbers:
    site: Site
    reckoning: Reckoning
    executive: Visitor


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
        installation.deliver(*BODIES, at=datetime(2026, 4, 5, tzinfo=UTC))
        with ThreadPoolExecutor(1) as pool:
            pool.submit(installation.batch, now=datetime(2026, 4, 6, tzinfo=UTC)).result()
        yield Numbers(site, Reckoning(site, BODIES), site.visitor("executive"))


EVERYBODY = sorted(user_id_of(role) for role in ROLES)
OF_MANAGER = sorted(user_id_of(role) for role in TEAM)
PERIODS = {
    "week=2026-W12": (date(2026, 3, 16), 7),
    "week=2026-W13": (date(2026, 3, 23), 7),
    "week=2026-W14": (date(2026, 3, 30), 7),
    "month=2026-03": (date(2026, 3, 1), 31),
}
BEFORE = {"month=2026-03": (date(2026, 2, 1), 28)}


def difference(now: int, before: int, words_of: object = None) -> str:
    """As pages write it: lengths of time, or counts."""
    if now == before:
        return "No change"
    sign = "+" if now > before else "−"
    if words_of is lasting:
        return sign + lasting(abs(now - before))
    return f"{sign}{abs(now - before)}, from {before}"


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("team", [None, "manager"])
def test_the_four_figures_of_a_team(numbers: Numbers, period: str, team: str | None) -> None:
    reckoning, users = numbers.reckoning, OF_MANAGER if team else EVERYBODY
    chosen = f"&team={user_id_of(team)}" if team else ""
    page = numbers.executive.get(f"/team?{period}{chosen}").text
    shown = [words(figure) for figure in re.findall(r"<dt>.*?</dd>", page, re.DOTALL)[:4]]

    def figures(first: date, count: int) -> tuple[int, int, int, int, int, int]:
        dates = days(first, count)
        hours = {user: reckoning.seconds(user, dates) for user in users}
        external = sum(reckoning.seconds(user, dates, external=True) for user in users)
        met, new = reckoning.companies_met(users, first, dates[-1], READER)
        quiet = reckoning.quiet(users, dates[-1], READER)
        people = sum(1 for seconds in hours.values() if seconds)
        return people, sum(hours.values()), external, met, new, quiet

    first, count = PERIODS[period]
    people, seconds, external, met, new, quiet = figures(first, count)
    before = figures(*BEFORE.get(period, (date.fromordinal(first.toordinal() - 7), 7)))
    share = round(100 * external / seconds)
    expected = [
        f"Person-hours in sessions {lasting(seconds)} of {people} "
        f"{'person' if people == 1 else 'people'} {difference(seconds, before[1], lasting)}",
        f"With people outside {share}% {lasting(external)}",
        f"Companies met {met} {new} new {difference(met, before[3])}",
        f"Gone quiet {quiet} {'company' if quiet == 1 else 'companies'}, for 30 days "
        f"{difference(quiet, before[5])}",
    ]
    if before[1]:
        was = round(100 * before[2] / before[1])
        by = share - was
        expected[1] += (
            f" {'+' if by > 0 else '−'}{abs(by)} points, from {was}%" if by else (" No change")
        )
    assert shown == expected


@pytest.mark.parametrize("period", PERIODS)
def test_the_line_of_each_person(numbers: Numbers, period: str) -> None:
    reckoning = numbers.reckoning
    first, count = PERIODS[period]
    dates = days(first, count)
    page = numbers.executive.get(f"/team?{period}").text
    expected = {}
    for user in EVERYBODY:
        seconds = reckoning.seconds(user, dates)
        external = reckoning.seconds(user, dates, external=True)
        expected[reckoning.names[user]] = (
            lasting(seconds) if seconds else "No sessions",
            f"{round(100 * external / seconds)}% outside" if seconds else "",
            reckoning.met_most(user, first, dates[-1], READER),
        )
    names = "|".join(map(re.escape, reckoning.names.values()))
    found = {
        re.match(names, row[0])[0]: (re.sub(r" ([+−].*|No change)$", "", row[-3]), *row[-2:])
        for row in rows_of(page)
    }
    assert found == expected


def test_the_strip_of_each_day(numbers: Numbers) -> None:
    reckoning = numbers.reckoning
    for period in ("week=2026-W13", "week=2026-W14"):
        page = numbers.executive.get(f"/team?{period}").text
        dates = days(PERIODS[period][0], 7)
        expected = []
        for user in sorted(EVERYBODY, key=lambda one: reckoning.names[one].lower()):
            for day in dates:
                seconds = reckoning.seconds(user, [day])
                external = reckoning.seconds(user, [day], external=True)
                part = (
                    f"{lasting(external)} with people outside"
                    if external
                    else ("with colleagues only")
                )
                said = f"{lasting(seconds)}, {part}" if seconds else "no sessions"
                expected.append(f"{day:%a}: {said}")
        assert re.findall(r"<title>([A-Z][a-z]{2}: [^<]+)</title>", page) == expected


def test_the_file_of_a_team(numbers: Numbers) -> None:
    reckoning = numbers.reckoning
    first, count = PERIODS["week=2026-W13"]
    dates, before = days(first, count), days(date(2026, 3, 16), 7)
    answer = numbers.executive.get("/team.csv?week=2026-W13")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    found = {
        line["Person"]: [
            *(float(line[f"Hours {what}"]) for what in (
                "in sessions", "with people outside", "on the compared days",
                "on the same days before",
            )),
            line["Company met most"],
        ]
        for line in lines
    }  # fmt: skip
    assert found == {
        reckoning.names[user]: [
            round(reckoning.seconds(user, dates) / 3600, 2),
            round(reckoning.seconds(user, dates, external=True) / 3600, 2),
            round(reckoning.seconds(user, dates) / 3600, 2),
            round(reckoning.seconds(user, before) / 3600, 2),
            reckoning.met_most(user, first, dates[-1], READER),
        ]
        for user in EVERYBODY
    }


def test_the_time_and_the_meetings_of_each_company(numbers: Numbers) -> None:
    reckoning, executive = numbers.reckoning, numbers.executive
    listed = {
        row[0].partition(" client")[0].partition(" old")[0]: row[1]
        for row in rows_of(executive.get("/clients?period=all").text)
    }
    expected = {}
    for company_id, name in reckoning.companies.items():
        meetings = reckoning.meetings(company_id)
        count = f"{len(meetings)} meeting{'s' if len(meetings) > 1 else ''}"
        expected[name] = f"{lasting(sum(time for time, _ in meetings.values()))} in {count}"
        page = unescape(executive.get(f"/clients/companies/{company_id}").text)
        rows = rows_of(page)
        assert {row[1]: (row[-1], row[2]) for row in rows} == {
            uuid: (lasting(time), " , ".join(ours)) for uuid, (time, ours) in meetings.items()
        }
    assert listed == expected


def test_the_hours_of_each_day_on_the_timeline(numbers: Numbers) -> None:
    reckoning = numbers.reckoning
    for user in EVERYBODY:
        for first in (date(2026, 3, 23), date(2026, 3, 30)):
            page = numbers.executive.get(f"/timeline/{user}?day={first}").text
            week = re.search(r'<ol class="week".*?</ol>', page, re.DOTALL)[0]
            found = [words(one) for one in re.findall(r"<li>(.*?)</li>", week, re.DOTALL)]
            expected = []
            for day in days(first, 7):
                seconds = reckoning.seconds(user, [day])
                external = reckoning.seconds(user, [day], external=True)
                minutes = (seconds + 30) // 60
                part = f", {lasting(external)} of it" if external else ", none of it"
                time = f"{minutes // 60}:{minutes % 60:02}"
                expected.append(
                    f"{day:%a} {day.day} {time} {part} with people outside"
                    if seconds
                    else f"{day:%a} {day.day} –"
                )
            assert found == expected
