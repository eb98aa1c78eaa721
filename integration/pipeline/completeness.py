"""How many of the sessions that Zoom knows have been received, for the page, `/metrics` and checks.

What counts as received, healed or missing, and which days count, only the mart says.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import psycopg

from integration.database import rows
from integration.pipeline.marts import relations_exist

MART = "operations.completeness"  # missing between an update and its first batch
SHOWN_DAYS = 7
# A day is due four hours after its end, and the schedule of healing looks every hour.
COMPARED_AFTER = timedelta(hours=30)


def compared_day(now: datetime) -> date:
    """The newest day (UTC) that should have been compared by now."""
    return (now.astimezone(UTC) - COMPARED_AFTER).date()


def shown_days(now: datetime) -> list[date]:
    """The last days (UTC) that should have been compared by now, the oldest first."""
    last = compared_day(now)
    return [last - timedelta(days=ago) for ago in reversed(range(SHOWN_DAYS))]


@dataclass(frozen=True)
class Completeness:
    """Sessions: `known` = `received` + `healed` + `missing`."""

    known: int
    received: int
    healed: int
    missing: int


@dataclass(frozen=True)
class AccountCompleteness(Completeness):
    """Of one Zoom account, on the days that were compared, of which `last_day` is the newest."""

    zoom_account_id: str
    last_day: date
    days_of_meetings: int
    days_of_calls: int


def completeness_of(
    connection: psycopg.Connection, *, organization_id: str, first: date, last: date
) -> dict[str, AccountCompleteness]:
    """By Zoom account. Accounts of which no day was compared are left out."""
    if not relations_exist(connection, [MART]):
        return {}
    found = rows.every(
        connection,
        AccountCompleteness,
        """
        select
            zoom_account_id,
            sum(known)::bigint as known,
            sum(received)::bigint as received,
            sum(healed)::bigint as healed,
            sum(missing)::bigint as missing,
            max(day) as last_day,
            count(*) filter (where feature = 'meetings') as days_of_meetings,
            count(*) filter (where feature = 'phone') as days_of_calls
        from operations.completeness
        where organization_id = %s and day between %s and %s
        group by zoom_account_id
        """,
        [organization_id, first, last],
    )
    return {one.zoom_account_id: one for one in found}


def completeness_of_day(connection: psycopg.Connection, day: date) -> Completeness | None:
    """Of all accounts together; None if none was compared."""
    if not relations_exist(connection, [MART]):
        return None
    return rows.maybe_one(
        connection,
        Completeness,
        """
        select
            sum(known)::bigint as known,
            sum(received)::bigint as received,
            sum(healed)::bigint as healed,
            sum(missing)::bigint as missing
        from operations.completeness
        where day = %s
        having count(*) > 0
        """,
        [day],
    )


def recent_completeness(connection: psycopg.Connection, *, now: datetime) -> list[Completeness]:
    """Of all accounts together, by day; of those of the shown days that were compared."""
    days = [completeness_of_day(connection, day) for day in shown_days(now)]
    return [one for one in days if one is not None]
