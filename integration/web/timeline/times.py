"""Reads the time of a user's days from `timeline.user_days`: nothing is added up a second way. By
the index on user and day. A day without a row has no entries.
"""

from dataclasses import dataclass
from datetime import date

import psycopg

from integration.database import rows


@dataclass(frozen=True)
class DayTime:
    """The number of entries, and the seconds in sessions and with external people."""

    day: date
    activity_count: int
    seconds: int
    external_seconds: int


def times_of(
    connection: psycopg.Connection, *, organization_id: str, user_id: str, first: date, last: date
) -> dict[date, DayTime]:
    """The days from `first` to `last` that have entries."""
    found = rows.every(
        connection,
        DayTime,
        """
        select day, activity_count, seconds, external_seconds from timeline.user_days
        where organization_id = %(organization)s and user_id = %(user)s
            and day between %(first)s and %(last)s
        """,
        {"organization": organization_id, "user": user_id, "first": first, "last": last},
    )
    return {one.day: one for one in found}


def last_until(
    connection: psycopg.Connection, day: date, *, organization_id: str, user_id: str
) -> DayTime | None:
    """The last day with entries up to this one."""
    return rows.maybe_one(
        connection,
        DayTime,
        """
        select day, activity_count, seconds, external_seconds from timeline.user_days
        where organization_id = %(organization)s and user_id = %(user)s and day <= %(day)s
        order by day desc
        limit 1
        """,
        {"organization": organization_id, "user": user_id, "day": day},
    )


def first_from(
    connection: psycopg.Connection, day: date, *, organization_id: str, user_id: str
) -> DayTime | None:
    """The first day with entries from this one on."""
    return rows.maybe_one(
        connection,
        DayTime,
        """
        select day, activity_count, seconds, external_seconds from timeline.user_days
        where organization_id = %(organization)s and user_id = %(user)s and day >= %(day)s
        order by day
        limit 1
        """,
        {"organization": organization_id, "user": user_id, "day": day},
    )
