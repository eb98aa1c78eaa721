"""`/team`: the week or month of a team, person by person, and the same list as a CSV file.

Where an organization shows groups only, the page has the four figures alone; see grouped.py.
"""

from datetime import datetime
from functools import partial
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

import psycopg
from starlette.responses import Response

from integration.directory.rights import Right
from integration.figures.periods import DAY, Days, Period, Unit, period_of
from integration.figures.team_figures import (
    NoComparison,
    compared_days,
    first_open_day,
    team_figures,
)
from integration.pipeline.marts import marts_exist
from integration.privacy.access_log import Act
from integration.privacy.groups import SMALLEST_GROUP
from integration.web.page.csv_file import csv_file
from integration.web.page.freshness import freshness_of
from integration.web.page.listing import ROWS, page_number
from integration.web.page.reach import reach_of
from integration.web.page.refusals import closed_by_privacy
from integration.web.page.sorting import Sorting
from integration.web.page.time_zone import zone_of
from integration.web.page.visit import PageRoute, Visit
from integration.web.team.asked import TEAM, Asked, asked_of
from integration.web.team.file import COLUMNS, lines
from integration.web.team.grouped import GroupedTeam, grouped_teams
from integration.web.team.people import Person, people_of
from integration.web.team.strips import (
    has_weekend_entries,
    hours_of_weeks,
    last_day_with_entries,
    stays_of,
)
from integration.web.team.table import MonthTable, WeekTable, month_table, week_table
from integration.web.team.teams import Team, team_of
from integration.web.team.words import city, dates_of, named
from integration.web.timeline.routes import address_of

CSV = TEAM + ".csv"


class Whose(TypedDict):
    """Whose figures, by whose clock."""

    organization_id: str
    users: list[str] | None
    zone: ZoneInfo
    now: datetime


def team(visit: Visit) -> Response:
    asked = _asked(visit)
    if asked.period is None:
        return visit.render("team/wrong_period.html", status=400, asked=asked)
    if visit.privacy.shows_groups_only:
        return _grouped(visit, asked, asked.period)
    return _named(visit, asked, asked.period)


def team_file(visit: Visit) -> Response:
    """Everybody on the list, in the order of the page."""
    if visit.privacy.shows_groups_only:
        raise closed_by_privacy(Right.SEE_REPORTS)
    asked = _asked(visit)
    if asked.period is None:
        return visit.render("team/wrong_period.html", status=400, asked=asked)
    people: list[Person] = []
    is_compared = False
    with visit.transaction() as connection:
        chosen = team_of(connection, visit)
        if marts_exist(connection):
            compared = compared_days(connection, asked.period, **_whose(visit, chosen.users))
            is_compared = isinstance(compared, tuple)
            people = _people(
                connection, visit, asked.period, asked.sorting(), chosen,
                compared=compared if isinstance(compared, tuple) else None, limit=None,
            )  # fmt: skip
        _record(visit, connection, asked.period, people)
    name = f"team-{asked.period.value}"
    return csv_file(name, COLUMNS, lines(people, asked.period, is_compared=is_compared))


def _asked(visit: Visit) -> Asked:
    return asked_of(visit, visit.now.astimezone(zone_of(visit.viewer.time_zone)).date())


def _named(visit: Visit, asked: Asked, period: Period) -> Response:
    organization = {"organization_id": visit.viewer.organization_id}
    page = page_number(visit)
    people: list[Person] = []
    table: WeekTable | MonthTable | None = None
    figures, last_day, days = None, None, period.days
    with visit.transaction() as connection:
        chosen = team_of(connection, visit)
        if marts_exist(connection):
            figures = team_figures(connection, period, **_whose(visit, chosen.users))
        if figures and not figures.figures.people:
            last_day = last_day_with_entries(connection, users=chosen.users, **organization)
        elif figures:
            people = _people(
                connection, visit, period, asked.sorting(), chosen,
                compared=figures.comparison.both if figures.comparison else None,
                limit=ROWS, offset=ROWS * (page - 1),
            )  # fmt: skip
            ids = [one.user_id for one in people]
            if period.unit is Unit.MONTH:
                hours = hours_of_weeks(connection, ids, days, **organization)
                table = month_table(people, period.weeks, hours)
            else:
                if not has_weekend_entries(connection, days, users=chosen.users, **organization):
                    days = Days(period.first, period.dates[4])
                stays = stays_of(connection, ids, days, **organization)
                table = week_table(people, days, stays, now=visit.now)
        _record(visit, connection, period, people)
        freshness = freshness_of(visit, connection)
    total = people[0].total if people else 0
    return visit.render(
        "team/team.html",
        asked=asked,
        period=period,
        days=days,
        chosen=chosen,
        figures=figures and figures.figures,
        compared=figures and figures.comparison,
        is_too_early=figures is not None and figures.compared is NoComparison.NO_COMPLETE_DAY,
        people=people,
        table=table,
        sorting=asked.sorting(),
        total=total,
        page=page,
        pages=max(1, -(-total // ROWS)),
        last_week=period_of(last_day, Unit.WEEK) if last_day else None,
        freshness=freshness,
        file=asked.address(path=CSV),
        **_words(visit, period, days),
    )


def _grouped(visit: Visit, asked: Asked, period: Period) -> Response:
    """Only complete weeks: see grouped.py. It shows no single person, and records nobody."""
    organization = {"organization_id": visit.viewer.organization_id}
    week = period
    if period == asked.current or period.unit is Unit.MONTH:
        week = period_of(asked.current.first - DAY, Unit.WEEK)
    teams: dict[str, GroupedTeam] = {}
    figures = None
    with visit.transaction() as connection:
        visit.record(connection, Act.TEAM)
        sees_everybody = reach_of(connection, visit, Right.SEE_CLIENTS).everybody
        key = asked.team if sees_everybody else visit.viewer.user_id
        is_over = first_open_day(connection, users=None, now=visit.now, **organization) > week.last
        if is_over and marts_exist(connection):
            teams = grouped_teams(connection, week, now=visit.now, **organization)
        if key in teams:
            figures = team_figures(connection, week, **_whose(visit, teams[key].users)).figures
        freshness = freshness_of(visit, connection)
    return visit.render(
        "team/grouped.html",
        asked=asked,
        period=week,
        key=key,
        teams=[one.manager for one in teams.values() if one.manager] if sees_everybody else [],
        chosen=teams.get(key),
        figures=figures,
        is_over=is_over,
        freshness=freshness,
        smallest=SMALLEST_GROUP,
        **_words(visit, week, week.days),
    )


def _people(
    connection: psycopg.Connection,
    visit: Visit,
    period: Period,
    sorting: Sorting,
    chosen: Team,
    *,
    compared: tuple[Days, Days] | None,
    limit: int | None,
    offset: int = 0,
) -> list[Person]:
    return people_of(
        connection,
        period,
        organization_id=visit.viewer.organization_id,
        users=chosen.users,
        compared=compared,
        span=period.span(zone_of(visit.viewer.time_zone)),
        sorting=sorting,
        limit=limit,
        offset=offset,
    )


def _record(
    visit: Visit, connection: psycopg.Connection, period: Period, people: list[Person]
) -> None:
    visit.record(
        connection,
        Act.TEAM,
        users=[one.user_id for one in people],
        days=(period.first, period.last),
    )


def _whose(visit: Visit, users: list[str] | None) -> Whose:
    return {
        "organization_id": visit.viewer.organization_id,
        "users": users,
        "zone": zone_of(visit.viewer.time_zone),
        "now": visit.now,
    }


def _words(visit: Visit, period: Period, days: Days) -> dict[str, Any]:
    """What the templates say about the period; `week` and `month` are the ones to change to."""
    today = visit.now.astimezone(zone_of(visit.viewer.time_zone)).date()
    day = today if today in period else period.first
    return {
        "today": today,
        "title": named(period, days, visit.dates, this_year=today.year),
        "dates": partial(dates_of, style=visit.dates, this_year=today.year),
        "week": period_of(day, Unit.WEEK),
        "month": period_of(day, Unit.MONTH),
        "city": city,
        "address_of": address_of,
    }


PAGES = (
    PageRoute(TEAM, team, right=Right.SEE_TEAM, shows=Act.TEAM),
    PageRoute(CSV, team_file, right=Right.SEE_TEAM, shows=Act.TEAM),
)
