"""The four figures of a team's week or month, and those of the same days before.

Hours are sums of `timeline.user_days`: each person's own time, by the calendar of their own time
zone, in which two sessions at once count once. Companies are those of `clientsights`, met at a time
within the period by the reader's clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.directory.time_zones import zone_of
from integration.figures.periods import Days, Period
from integration.figures.quiet import QUIET_AFTER


@dataclass(frozen=True)
class Figures:
    """`people` have entries; `seconds` is the sum of their time in sessions, `external_seconds` the
    part of it with somebody external. `companies` were met, of which the organization had not met
    `new_companies` before. `quiet_companies` were quiet at the end of the period, or are quiet now
    if it has not ended.
    """

    people: int
    seconds: int
    external_seconds: int
    companies: int
    new_companies: int
    quiet_companies: int

    @property
    def share(self) -> int | None:
        """The part with somebody external in percent; None without time in sessions."""
        return round(100 * self.external_seconds / self.seconds) if self.seconds else None


@dataclass(frozen=True)
class Comparison:
    """The figures of the period's complete days, and those of the same days of the one before."""

    days: Days
    days_before: Days
    now: Figures
    before: Figures

    @property
    def both(self) -> tuple[Days, Days]:
        return self.days, self.days_before


class NoComparison(StrEnum):
    """Why there is none."""

    NO_COMPLETE_DAY = "no day of the period is over for all of these people"
    NOT_CONNECTED = "no Zoom account was connected on all of the earlier days"


@dataclass(frozen=True)
class TeamFigures:
    """`figures` are those of the whole period, today included."""

    period: Period
    figures: Figures
    compared: Comparison | NoComparison

    @property
    def comparison(self) -> Comparison | None:
        return self.compared if isinstance(self.compared, Comparison) else None


def team_figures(
    connection: psycopg.Connection,
    period: Period,
    *,
    organization_id: str,
    users: Sequence[str] | None,
    zone: ZoneInfo,
    now: datetime,
) -> TeamFigures:
    """The figures of these users, None for everybody. `zone` is the reader's. The marts exist."""
    compared = compared_days(
        connection, period, organization_id=organization_id, users=users, zone=zone, now=now
    )
    pairs = compared if isinstance(compared, tuple) else ()
    found = _figures(
        connection,
        [*dict.fromkeys([period.days, *pairs])],
        organization_id=organization_id,
        users=users,
        zone=zone,
        now=now,
    )
    whole = found[period.days]
    if isinstance(compared, NoComparison):
        return TeamFigures(period, whole, compared)
    days, before = compared
    return TeamFigures(period, whole, Comparison(days, before, found[days], found[before]))


def first_open_day(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    users: Sequence[str] | None,
    now: datetime,
) -> date:
    """The earliest day that is not over for all of these users, wherever they are."""
    zones = rows.scalars(
        connection,
        str,
        """
        select distinct time_zone from worksights.users
        where organization_id = %(organization)s
            and (%(users)s::text[] is null or user_id = any(%(users)s))
            and deactivated_at is null
        """,
        {"organization": organization_id, "users": users},
    )
    return min(now.astimezone(zone_of(zone)).date() for zone in zones or ["UTC"])


def compared_days(
    connection: psycopg.Connection,
    period: Period,
    *,
    organization_id: str,
    users: Sequence[str] | None,
    zone: ZoneInfo,
    now: datetime,
) -> tuple[Days, Days] | NoComparison:
    """The complete days of the period, and the earlier days that they are compared with."""
    days = period.before(
        first_open_day(connection, organization_id=organization_id, users=users, now=now)
    )
    if days is None:
        return NoComparison.NO_COMPLETE_DAY
    before = period.same_days_before(days)
    connected_at = rows.maybe_scalar(
        connection,
        datetime,
        "select min(connected_at) from integration.connections where organization_id = %s",
        [organization_id],
    )
    is_covered = connected_at is not None and connected_at <= before.span(zone)[0]
    return (days, before) if is_covered else NoComparison.NOT_CONNECTED


@dataclass(frozen=True)
class _Row(Figures):
    number: int


def _figures(
    connection: psycopg.Connection,
    several: Sequence[Days],
    *,
    organization_id: str,
    users: Sequence[str] | None,
    zone: ZoneInfo,
    now: datetime,
) -> dict[Days, Figures]:
    spans = [days.span(zone) for days in several]
    found = rows.every(
        connection,
        _Row,
        _OF_A_TEAM if users is not None else _OF_EVERYBODY,
        {
            "organization": organization_id,
            "users": users,
            "first_days": [days.first for days in several],
            "last_days": [days.last for days in several],
            "starts": [start for start, _ in spans],
            "ends": [end for _, end in spans],
            "quiet_since": [min(end, now) - QUIET_AFTER for _, end in spans],
        },
    )
    names = [field.name for field in fields(Figures)]
    return {
        several[row.number - 1]: Figures(**{name: getattr(row, name) for name in names})
        for row in found
    }


_FIGURES = SQL("""
    select
        span.number::integer as number, hours.*, met.*, quiet.*
    from unnest(
        %(first_days)s::date[], %(last_days)s::date[],
        %(starts)s::timestamptz[], %(ends)s::timestamptz[], %(quiet_since)s::timestamptz[]
    ) with ordinality
        as span (first_day, last_day, starts_at, ends_at, quiet_since, number)
    cross join lateral (
        select
            count(*)::integer as people,
            coalesce(sum(of_user.seconds), 0)::bigint as seconds,
            coalesce(sum(of_user.external_seconds), 0)::bigint as external_seconds
        from (
            select sum(seconds) as seconds, sum(external_seconds) as external_seconds
            from timeline.user_days
            where user_days.organization_id = %(organization)s {of_team_days}
                and user_days.day between span.first_day and span.last_day
            group by user_days.user_id
        ) as of_user
    ) as hours
    cross join lateral (
        select
            count(*)::integer as companies,
            (count(*) filter (where companies.first_met_at >= span.starts_at))::integer
                as new_companies
        from clientsights.companies
        where companies.organization_id = %(organization)s
            and exists (
                select from {meetings} as meetings
                where meetings.organization_id = companies.organization_id
                    and meetings.company_id = companies.company_id {of_team}
                    and meetings.met_at >= span.starts_at and meetings.met_at < span.ends_at
            )
    ) as met
    cross join lateral (
        select count(*)::integer as quiet_companies
        from clientsights.companies
        where companies.organization_id = %(organization)s
            and companies.first_met_at < span.quiet_since {known}
            and not exists (
                select from {meetings} as meetings
                where meetings.organization_id = companies.organization_id
                    and meetings.company_id = companies.company_id {of_team}
                    and meetings.met_at >= span.quiet_since
                    and meetings.met_at < span.quiet_since + {quiet_after}
            )
    ) as quiet
""")
_OF_EVERYBODY = _FIGURES.format(
    meetings=SQL("clientsights.company_sessions"),
    of_team=SQL(""),
    of_team_days=SQL(""),
    quiet_after=QUIET_AFTER,
    known=SQL(""),
)
_OF_A_TEAM = _FIGURES.format(
    meetings=SQL("clientsights.interactions"),
    of_team=SQL("and meetings.user_id = any(%(users)s)"),
    of_team_days=SQL("and user_days.user_id = any(%(users)s)"),
    quiet_after=QUIET_AFTER,
    known=SQL("""
            and exists (
                select from clientsights.company_relationships as ties
                where ties.organization_id = companies.organization_id
                    and ties.company_id = companies.company_id
                    and ties.user_id = any(%(users)s)
                    and ties.first_met_at < span.quiet_since
            )
    """),
)
