"""The figures of a group's week, from the marts. Nothing is added up a second way."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.notify.digest_days import WEEK, start_of

QUIET_DAYS = timedelta(days=30)  # a company that nobody has met for longer is quiet
MARTS = ("timeline.user_days", "clientsights.company_sessions", "clientsights.interactions")


@dataclass(frozen=True)
class WeekFigures:
    """`seconds` and `external_seconds` are sums over people. `companies_new` are those of the
    companies met that the group met for the first time, `companies_quiet` those that became quiet
    in this week.
    """

    seconds: int
    external_seconds: int
    companies_met: int
    companies_new: int
    companies_quiet: int

    @property
    def share(self) -> int | None:
        """The share of time with people outside, in percent; None without any time."""
        return round(100 * self.external_seconds / self.seconds) if self.seconds else None

    @property
    def is_empty(self) -> bool:
        return not self.seconds and not self.companies_met


def week_figures(
    connection: psycopg.Connection,
    organization_id: str,
    monday: date,
    *,
    users: Collection[str] | None,
    zone: ZoneInfo,
) -> WeekFigures:
    """The figures of the week from this Monday, about these users or (None) everybody. Days are
    those of each user; companies are counted by the reader's zone.
    """
    return rows.one(
        connection,
        WeekFigures,
        _FIGURES.format(
            meetings=_MEETINGS if users is None else _MEETINGS_OF_USERS,
            own=SQL("true") if users is None else SQL("user_days.user_id = any(%(users)s)"),
        ),
        {
            "organization": organization_id,
            "users": sorted(users or ()),
            "monday": monday,
            "sunday": monday + WEEK - timedelta(days=1),
            "starts_at": start_of(monday, zone),
            "ends_at": start_of(monday + WEEK, zone),
            "quiet_days": QUIET_DAYS,
        },
    )


def figures_exist(connection: psycopg.Connection) -> bool:
    """Whether the first batch has built the marts."""
    return rows.scalar(
        connection,
        bool,
        "select bool_and(to_regclass(mart) is not null) from unnest(%s::text[]) as mart",
        [list(MARTS)],
    )


_MEETINGS = SQL("""
    select company_id, met_at from clientsights.company_sessions
    where organization_id = %(organization)s
""")
_MEETINGS_OF_USERS = SQL("""
    select company_id, met_at from clientsights.interactions
    where organization_id = %(organization)s and user_id = any(%(users)s)
        and company_id is not null
""")
_FIGURES = SQL("""
    with meetings as ({meetings}),
    companies as (
        select
            company_id,
            min(met_at) as first_met_at,
            max(met_at) as last_met_at,
            bool_or(met_at >= %(starts_at)s) as is_met
        from meetings
        where met_at < %(ends_at)s
        group by company_id
    ),
    days as (
        select coalesce(sum(seconds), 0)::bigint as seconds,
            coalesce(sum(external_seconds), 0)::bigint as external_seconds
        from timeline.user_days
        where user_days.organization_id = %(organization)s
            and user_days.day between %(monday)s and %(sunday)s and {own}
    )
    select
        days.seconds,
        days.external_seconds,
        count(*) filter (where is_met) as companies_met,
        count(*) filter (where first_met_at >= %(starts_at)s) as companies_new,
        count(*) filter (
            where last_met_at + %(quiet_days)s >= %(starts_at)s
                and last_met_at + %(quiet_days)s < %(ends_at)s
        ) as companies_quiet
    from days
    left join companies on true
    group by days.seconds, days.external_seconds
""")
