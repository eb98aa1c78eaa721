"""The figures of one company or person: how long, how many times, and by how many people they were
met.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import psycopg

from integration.database import rows
from integration.web.clients.period import Period
from integration.web.page.time_zone import Day, zone_of, zoned

WEEKS = 12


@dataclass(frozen=True)
class Met:
    """`seconds` is the length of the time in which anybody met the company."""

    count: int
    seconds: int


@dataclass(frozen=True)
class KnownBy:
    """`users` are the active ones who have met the company, `person_seconds` the time of all, added
    up.
    """

    users: int
    person_seconds: int


def met_in(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    company_id: str,
    periods: Sequence[Period],
) -> list[Met]:
    """One for each period."""
    return rows.every(
        connection,
        Met,
        """
        select met.count, met.seconds
        from unnest(%(since)s::timestamptz[]) with ordinality as period (since, number)
        cross join lateral (
            select
                count(*)::integer as count,
                coalesce(sum(company_sessions.met_seconds), 0)::bigint as seconds
            from clientsights.company_sessions
            where company_sessions.organization_id = %(organization)s
                and company_sessions.company_id = %(company)s
                and company_sessions.met_at >= coalesce(period.since, '-infinity')
        ) as met
        order by period.number
        """,
        {
            "organization": organization_id,
            "company": company_id,
            "since": [period.since for period in periods],
        },
    )


def known_by(connection: psycopg.Connection, *, organization_id: str, company_id: str) -> KnownBy:
    return rows.one(
        connection,
        KnownBy,
        """
        select
            count(users.user_id) filter (
                where users.deactivated_at is null or users.deactivated_at > now()
            ) as users,
            coalesce(sum(ties.shared_seconds), 0)::bigint as person_seconds
        from intermediate.int_company_relationships as ties
        left join worksights.users
            on users.organization_id = ties.organization_id and users.user_id = ties.user_id
        where ties.organization_id = %s and ties.company_id = %s
        """,
        [organization_id, company_id],
    )


def last_weeks(now: datetime, time_zone: str) -> list[Day]:
    """The Mondays of the last twelve weeks with the present one, in this time zone."""
    monday = Day(zoned(now, time_zone).date(), zone_of(time_zone)).week()[0]
    return [monday.shifted(-7 * weeks) for weeks in reversed(range(WEEKS))]


def seconds_by_week(
    connection: psycopg.Connection, weeks: Sequence[Day], *, organization_id: str, company_id: str
) -> list[int]:
    """How long the company was met in each of these weeks. A meeting belongs to the week in which
    it began.
    """
    return _by_week(
        connection,
        """
        select
            width_bucket(met_at, %(starts)s::timestamptz[]) - 1 as week,
            sum(met_seconds)::bigint as value
        from clientsights.company_sessions
        where organization_id = %(organization)s and company_id = %(client)s
            and met_at >= %(from)s and met_at < %(to)s
        group by week
        """,
        weeks,
        organization_id,
        company_id,
    )


def meetings_by_week(
    connection: psycopg.Connection, weeks: Sequence[Day], *, organization_id: str, person_id: str
) -> list[int]:
    """The number of sessions in which anybody met the person, by week."""
    return _by_week(
        connection,
        """
        select width_bucket(met_at, %(starts)s::timestamptz[]) - 1 as week, count(*) as value
        from (
            select min(met_at) as met_at
            from intermediate.int_interactions
            where organization_id = %(organization)s and person_id = %(client)s
                and met_at >= %(from)s and met_at < %(to)s
            group by session_id
        ) as sessions
        group by week
        """,
        weeks,
        organization_id,
        person_id,
    )


def _by_week(
    connection: psycopg.Connection,
    query: LiteralString,
    weeks: Sequence[Day],
    organization_id: str,
    client: str,
) -> list[int]:
    found = connection.execute(
        query,
        {
            "organization": organization_id,
            "client": client,
            "starts": [week.starts_at for week in weeks],
            "from": weeks[0].starts_at,
            "to": weeks[-1].shifted(7).starts_at,
        },
    ).fetchall()
    values: dict[int, int] = dict(found)
    return [values.get(number, 0) for number, _ in enumerate(weeks)]
