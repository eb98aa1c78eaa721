"""How many of the sessions that Zoom knows have been received, for the page, `/metrics` and checks.

A day is known once healing has compared it, four hours after its end (UTC).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import psycopg

from integration.database import rows
from integration.pipeline.marts import relations_exist

MART = "operations.completeness"  # missing between an update and its first batch
SHOWN_DAYS = timedelta(days=7)
# A session without an end gets one after 24 hours.
SETTLED_AFTER = timedelta(hours=25)


# A day is due four hours after its end, and the schedule of healing looks every hour.
COMPARED_AFTER = timedelta(hours=30)


def compared_day(now: datetime) -> date:
    """The newest day (UTC) that should have been compared by now."""
    return (now.astimezone(UTC) - COMPARED_AFTER).date()


@dataclass(frozen=True)
class Completeness:
    """Sessions of one Zoom account: `known` = `received` + `healed` + `missing`."""

    zoom_account_id: str
    known: int
    received: int
    healed: int
    missing: int


def completeness_of(
    connection: psycopg.Connection, *, organization_id: str, since: date
) -> dict[str, Completeness]:
    """By Zoom account, over the days since then. Empty for accounts without a compared day."""
    if not relations_exist(connection, [MART]):
        return {}
    found = rows.every(
        connection,
        Completeness,
        """
        select
            zoom_account_id,
            sum(known)::bigint as known,
            sum(received)::bigint as received,
            sum(healed)::bigint as healed,
            sum(missing)::bigint as missing
        from operations.completeness
        where organization_id = %s and day >= %s
        group by zoom_account_id
        """,
        [organization_id, since],
    )
    return {one.zoom_account_id: one for one in found}


def lost_sessions(connection: psycopg.Connection, *, now: datetime) -> tuple[int, int]:
    """How many sessions of the last days Zoom knows, and how many of these are missing although
    everything that healing found before has been landed.
    """
    if not relations_exist(connection, [MART]):
        return 0, 0
    known, lost = connection.execute(
        """
        with landed as (
            select max(as_of) as at from pipeline.batches where finished_at is not null
        )
        select
            count(*),
            count(*) filter (where sessions.session_id is null)
        from integration.connections
        inner join zoom_raw.known_sessions as known
            on known.organization_id = connections.organization_id
            and known.zoom_account_id = connections.zoom_account_id
        inner join landed on known.read_at < landed.at
        left join timeline.sessions
            on sessions.organization_id = known.organization_id
            and sessions.session_id = known.session_id
        where connections.disconnected_at is null
            and known.ended_at > %(first)s and known.ended_at < %(settled)s
        """,
        {"first": now - SHOWN_DAYS, "settled": now - SETTLED_AFTER},
    ).fetchone() or (0, 0)
    return known, lost


def completeness_of_day(connection: psycopg.Connection, day: date) -> Completeness | None:
    """Of all accounts in use together, whose id is then empty; None before the first batch."""
    if not relations_exist(connection, [MART]):
        return None
    return rows.one(
        connection,
        Completeness,
        """
        select
            '' as zoom_account_id,
            coalesce(sum(of_day.known), 0)::bigint as known,
            coalesce(sum(of_day.received), 0)::bigint as received,
            coalesce(sum(of_day.healed), 0)::bigint as healed,
            coalesce(sum(of_day.missing), 0)::bigint as missing
        from integration.connections
        cross join lateral (
            select known, received, healed, missing from operations.completeness
            where completeness.organization_id = connections.organization_id
                and completeness.zoom_account_id = connections.zoom_account_id
                and completeness.day = %s
        ) as of_day
        where connections.disconnected_at is null
        """,
        [day],
    )
