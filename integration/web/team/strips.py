"""Reads when the people of a page were in sessions: the stays of each day, and their hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from integration.database import rows
from integration.figures.periods import Days


@dataclass(frozen=True)
class DayStays:
    """A user's day with entries. `stays` unites all that overlap; `external_stays` are the parts of
    it with somebody external. Each has its start and its end; both are in order.
    """

    user_id: str
    day: date
    seconds: int
    external_seconds: int
    stays: list[list[datetime]]
    external_stays: list[list[datetime]]


def stays_of(
    connection: psycopg.Connection, users: Sequence[str], days: Days, *, organization_id: str
) -> dict[tuple[str, date], DayStays]:
    """User and day -> when they were in sessions, for the days with entries. Both tables have an
    index on user and day. The times are arrays: for 347 busy days, psycopg and the statement took
    29 ms, with multiranges 117 ms.
    """
    found = rows.every(
        connection,
        DayStays,
        """
        with stays as (
            select
                user_id, day, range_agg(presence) as stays,
                range_agg(external_presence) as external_stays
            from intermediate.int_entry_days
            where organization_id = %(organization)s and user_id = any(%(users)s)
                and day between %(first)s and %(last)s
            group by user_id, day
        )
        select
            user_id, day, user_days.seconds, user_days.external_seconds,
            array(select array[lower(one), upper(one)] from unnest(stays.stays) as one) as stays,
            array(select array[lower(one), upper(one)] from unnest(stays.external_stays) as one)
                as external_stays
        from timeline.user_days
        inner join stays using (user_id, day)
        where user_days.organization_id = %(organization)s and user_id = any(%(users)s)
            and day between %(first)s and %(last)s
        """,
        {
            "organization": organization_id,
            "users": users,
            "first": days.first,
            "last": days.last,
        },
    )
    return {(one.user_id, one.day): one for one in found}


def has_weekend_entries(
    connection: psycopg.Connection,
    days: Days,
    *,
    organization_id: str,
    users: Sequence[str] | None,
) -> bool:
    """Whether anybody of the team has entries on a Saturday or Sunday of these days."""
    return rows.scalar(
        connection,
        bool,
        """
        select exists (
            select from timeline.user_days
            where organization_id = %(organization)s
                and (%(users)s::text[] is null or user_id = any(%(users)s))
                and day = any(%(days)s)
        )
        """,
        {
            "organization": organization_id,
            "users": users,
            "days": [day for day in days.dates if day.weekday() >= 5],
        },
    )


def last_day_with_entries(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    users: Sequence[str] | None,
) -> date | None:
    """The team's latest day with entries; None if there is none."""
    return rows.maybe_scalar(
        connection,
        date,
        """
        select day from timeline.user_days
        where organization_id = %(organization)s
            and (%(users)s::text[] is null or user_id = any(%(users)s))
        order by day desc limit 1
        """,
        {"organization": organization_id, "users": users},
    )


@dataclass(frozen=True)
class WeekHours:
    """A user's hours in a week of a period; `first` is the first day of the week that is in it."""

    user_id: str
    first: date
    seconds: int
    external_seconds: int


def hours_of_weeks(
    connection: psycopg.Connection, users: Sequence[str], days: Days, *, organization_id: str
) -> dict[tuple[str, date], WeekHours]:
    """User and first day of the week -> their hours in it, if they have any."""
    found = rows.every(
        connection,
        WeekHours,
        """
        select
            user_id, greatest(date_trunc('week', day)::date, %(first)s) as first,
            sum(seconds)::integer as seconds, sum(external_seconds)::integer as external_seconds
        from timeline.user_days
        where organization_id = %(organization)s and user_id = any(%(users)s)
            and day between %(first)s and %(last)s
        group by user_id, date_trunc('week', day)
        """,
        {
            "organization": organization_id,
            "users": users,
            "first": days.first,
            "last": days.last,
        },
    )
    return {(one.user_id, one.first): one for one in found}
