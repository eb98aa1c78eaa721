"""Every number of a page equals what plain Python computes from Zoom's events: people in six time
zones, three changes of summer time, sessions at the same time, two devices, midnight.
"""

import csv
import io
import re
from datetime import date, timedelta

import pytest

from tests.web.page.numbers_story import READER, TEAM, Numbers
from tests.web.page.reckoning import days, lasting
from tests.web.page.shown_numbers import (
    bars_of,
    days_of,
    entries_of,
    facts_of,
    figures_in,
    matrix_of,
    nearest_in,
    summary_of,
    time_of_days,
    weights_of,
)
from tests.web.page.site import ROLES, user_id_of
from tests.web.page.words_of_clients import LENGTHS
from tests.web.page.words_of_days import Days
from tests.web.page.words_of_groups import figures_of, groups
from tests.web.page.zoom_users import rows_of, under

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
    users, (first, count) = OF_MANAGER if team else EVERYBODY, PERIODS[period]
    chosen = f"&team={user_id_of(team)}" if team else ""
    page = numbers.executive.get(f"/team?{period}{chosen}").text
    now = figures_of(numbers.reckoning, READER, users, first, count)
    compared = BEFORE.get(period, (date.fromordinal(first.toordinal() - 7), 7))
    before = figures_of(numbers.reckoning, READER, users, *compared)
    share = ""
    if before.seconds:
        by, was = now.share - before.share, before.share
        share = f"{'+' if by > 0 else '−'}{abs(by)} points, from {was}%" if by else "No change"
    differences = (
        difference(now.seconds, before.seconds, lasting), share,
        difference(now.met, before.met), difference(now.quiet, before.quiet),
    )  # fmt: skip
    expected = [" ".join(each).strip() for each in zip(now.words(), differences, strict=True)]
    assert figures_in(page) == expected


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
            f"{round(100 * external / seconds)}% external" if seconds else "",
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
                    f"{lasting(external)} with external people"
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
                "in sessions", "with external people", "on compared days",
                "on the same days of the previous period",
            )),
            line["Company met most often"],
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


def test_the_hours_of_each_day_on_the_timeline(numbers: Numbers) -> None:
    reckoning = numbers.reckoning
    for user in EVERYBODY:
        for first in (date(2026, 3, 23), date(2026, 3, 30)):
            expected = []
            for day in days(first, 7):
                seconds = reckoning.seconds(user, [day])
                external = reckoning.seconds(user, [day], external=True)
                minutes = (seconds + 30) // 60
                part = f", {lasting(external)} of it" if external else ", none of it"
                time = f"{minutes // 60}:{minutes % 60:02}"
                expected.append(
                    f"{day:%a} {day.day} {time} {part} with external people"
                    if seconds
                    else f"{day:%a} {day.day} –"
                )
            page, address = numbers.page, f"/timeline/{user}"
            assert time_of_days(page(f"{address}?day={first}")) == expected
            # A week's columns end with Friday or the last day with entries.
            used = [number for number, one in enumerate(expected, 1) if "–" not in one]
            shown = expected[: max(*used, 5)] if used else expected
            assert time_of_days(page(f"{address}?week={first}")) == shown


@pytest.mark.parametrize("user_id", EVERYBODY)
def test_the_entries_of_each_day_and_week_on_the_timeline(numbers: Numbers, user_id: str) -> None:
    own, today = Days(numbers.clients, user_id), numbers.said().now.astimezone(READER).date()
    lately = today - timedelta(days=2)
    for first in (date(2026, 3, 23), date(2026, 3, 30), lately):
        monday = first - timedelta(days=first.weekday())
        page, week = numbers.page(f"/timeline/{user_id}?week={monday}"), own.week(monday)
        assert days_of(page) == week
        assert page.count('overflow="visible"><title>') == sum(map(len, week.values()))
        for day in days(monday, 7):
            page = numbers.page(f"/timeline/{user_id}?day={day}")
            assert entries_of(page) == own.entries(day)
            assert summary_of(page) == own.summary(day)
            assert nearest_in(page) == ([] if own.sessions(day) else own.nearest(day))


@pytest.mark.parametrize("period", LENGTHS)
def test_the_list_of_companies_and_its_files(numbers: Numbers, period: str) -> None:
    said, page = numbers.said(), numbers.page(f"/clients?period={period}")
    latest = said.in_order(numbers.clients.companies, "-last")
    assert rows_of(page) == [said.company_row(one, period) for one in latest]
    assert matrix_of(page) == said.matrix(period)
    assert numbers.lines(f"/clients/companies.csv?period={period}") == [
        said.company_line(one, period) for one in latest
    ]
    assert numbers.lines(f"/clients/relationships.csv?period={period}") == said.tie_lines(period)


def test_the_quiet_companies(numbers: Numbers) -> None:
    said, companies = numbers.said(), numbers.clients.companies
    page, quiet = numbers.page("/clients?show=quiet"), said.quiet()
    assert rows_of(page) == [said.company_row(one, "90") for one in quiet]
    names = {numbers.reckoning.companies[one] for one in quiet}
    assert ("Third Client" in names, "Fourth Client" in names) == (True, False)
    counts = re.findall(r'<span class="filter-count">(\d+)<', page)
    assert counts == [str(len(companies)), str(len(quiet))]


def test_the_list_of_people_and_its_file(numbers: Numbers) -> None:
    said, people = numbers.said(), numbers.people()
    emails = [people[one].emails[0] for one in said.in_order(people, "-last")]
    assert rows_of(numbers.page("/clients/people")) == [said.person_row(one) for one in emails]
    assert numbers.lines("/clients/people.csv") == [said.person_line(one) for one in emails]


def test_lists_of_clients_in_the_order_of_numbers(numbers: Numbers) -> None:
    for kind, path, clients, columns in (
        (
            "companies",
            "/clients",
            numbers.clients.companies,
            ("time", "last", "strength", "people"),
        ),
        ("people", "/clients/people", numbers.people(), ("last", "strength", "sessions")),
    ):
        for sort in (f"{way}{column}" for column in columns for way in ("", "-")):
            page = numbers.page(f"{path}?sort={sort}")
            shown = re.findall(rf'<th scope="row"><a href="/clients/{kind}/([^?"]+)', page)
            assert (sort, shown) == (sort, numbers.said().in_order(clients, sort))


def test_the_page_of_each_company_and_the_file_of_its_meetings(numbers: Numbers) -> None:
    for company_id, company in numbers.clients.companies.items():
        said, path = numbers.said(), f"/clients/companies/{company_id}"
        page = numbers.page(path)
        assert facts_of(page) == said.company_facts(company_id)
        assert bars_of(page) == said.company_bars(company)
        assert rows_of(under(page, "Sessions")) == said.meeting_rows(company, of_company=True)
        assert rows_of(under(page, "Relationships")) == said.tie_rows(company)
        assert weights_of(page) == said.weight_rows(company, of_company=True)
        people = [said.person_row(email) for email in sorted(company.emails)]
        assert rows_of(under(page, "People at this company")) == [
            [name, strength, sessions, last] for name, _, strength, last, sessions, _ in people
        ]
        assert numbers.lines(f"{path}/meetings.csv") == said.meeting_lines(company)


def test_the_page_of_each_person(numbers: Numbers) -> None:
    for person_id, person in numbers.people().items():
        said, page = numbers.said(), numbers.page(f"/clients/people/{person_id}")
        assert facts_of(page) == said.person_facts(person.emails[0])
        assert bars_of(page) == said.person_bars(person)
        assert rows_of(under(page, "Sessions")) == said.meeting_rows(person, of_company=False)
        assert rows_of(under(page, "Relationships")) == said.tie_rows(person)
        assert weights_of(page) == said.weight_rows(person, of_company=False)


def test_the_figures_of_groups(numbers: Numbers) -> None:
    said, reckoning = numbers.said(), numbers.reckoning
    first, count = PERIODS["week=2026-W13"]
    numbers.site.rows(
        "insert into integration.privacy_settings (organization_id, name, value) "
        "values ('acme', 'view', 'grouped')"
    )
    try:
        listed = rows_of(numbers.page("/clients"))
        lines = numbers.lines("/clients/companies.csv")
        team = figures_in(numbers.page("/team?week=2026-W13"))
    finally:
        numbers.site.rows("delete from integration.privacy_settings where name = 'view'")
    assert (listed, lines) == groups(said, at_least=5)
    users = [one for one in EVERYBODY if reckoning.seconds(one, days(first, count))]
    assert len(users) >= 5
    assert team == figures_of(reckoning, READER, users, first, count).words()
