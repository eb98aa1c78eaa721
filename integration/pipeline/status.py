"""Status of the installation: connections, the last batch, the backlog, the delay of entries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg.sql import SQL, Identifier

from integration.database import rows
from integration.pipeline.batches import Batch
from integration.pipeline.marts import relations_exist


@dataclass(frozen=True)
class ConnectionStatus:
    organization_id: str
    zoom_account_id: str
    status: str
    status_detail: str | None
    failure_is_transient: bool | None  # while it needs attention
    connected_at: datetime
    users_imported_at: datetime | None
    zoom_users: int


@dataclass(frozen=True)
class BatchStatus:
    batch: int
    as_of: datetime
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class FinishedBatch:
    """The batch that finished last. The delays are those of the newest batch that wrote entries for
    new sessions.
    """

    finished_at: datetime
    length: timedelta
    delay_median: timedelta | None
    delay_95: timedelta | None


@dataclass(frozen=True)
class Backlog:
    waiting: int
    oldest_received_at: datetime | None
    quarantined_last_day: int


@dataclass(frozen=True)
class Delay:
    """The time from the arrival of a session's last event to its entries, over the latest sessions.

    That is the part that batches can shorten. `until_received`, the median time from a session's
    end to that arrival, is Zoom's part: seconds, or days after an outage or in a replay. `entries`
    counts all of them; the times leave out entries that are older than their session's last event.
    """

    entries: int
    median: timedelta | None
    percentile_95: timedelta | None
    longest: timedelta | None
    until_received: timedelta | None


_READ_BY_DELAY = (
    *("timeline.sessions", "timeline.activities"),
    "intermediate.int_session_arrivals",  # newer, so missing between an update and its first batch
)
LEDGER = "ingress.deliveries"
LATEST_SESSIONS = 300  # enough for percentiles, and read in milliseconds

_DELAY = SQL("""
    with sessions as (
        select sessions.organization_id, sessions.session_id, sessions.ended_at
        from timeline.sessions
        {which}
    ),
    latest_sessions as materialized (
        select
            sessions.organization_id,
            sessions.session_id,
            sessions.ended_at,
            (
                select arrivals.last_received_at
                from intermediate.int_session_arrivals as arrivals
                where arrivals.organization_id = sessions.organization_id
                    and arrivals.session_id = sessions.session_id
            ) as received_at
        from (select * from sessions order by ended_at desc, session_id limit {latest}) as sessions
    ),
    entries as (
        select
            activities.updated_at - latest_sessions.received_at as delay,
            latest_sessions.received_at - latest_sessions.ended_at as until_received
        from latest_sessions
        inner join timeline.activities using (organization_id, session_id)
        where {entries} and activities.updated_at >= latest_sessions.received_at
    )
    select
        (
            select count(*) from sessions
            inner join timeline.activities using (organization_id, session_id)
            where {entries}
        ) as entries,
        percentile_cont(0.5) within group (order by delay) as median,
        percentile_cont(0.95) within group (order by delay) as percentile_95,
        max(delay) as longest,
        percentile_cont(0.5) within group (order by until_received) as until_received
    from entries
""")
_DELAY_OF_A_WEEK = _DELAY.format(
    which=SQL("""
    where sessions.ended_at > %(now)s - interval '7 days'
        and (%(organization)s::text is null or sessions.organization_id = %(organization)s)
    """),
    entries=SQL("true"),
    latest=LATEST_SESSIONS,
)
# Only of sessions whose events have landed since the last finished batch: a mapping that applies
# from an earlier day adds entries long after their sessions.
_DELAY_OF_A_BATCH = _DELAY.format(
    which=SQL("""
    inner join (
        select distinct organization_id, session_id from zoom_raw.events
        where batch between %(first)s and %(batch)s and session_id is not null
    ) as landed using (organization_id, session_id)
    """),
    entries=SQL("activities.updated_at = %(as_of)s"),
    latest=LATEST_SESSIONS,
)


def connection_statuses(connection: psycopg.Connection) -> list[ConnectionStatus]:
    return rows.every(
        connection,
        ConnectionStatus,
        """
        select
            connections.organization_id, connections.zoom_account_id, connections.status,
            connections.status_detail,
            case
                when connections.status = 'needs_attention' then connections.failure_is_transient
            end as failure_is_transient,
            connections.connected_at, connections.users_imported_at,
            (
                select count(distinct users.zoom_user_id) from zoom_raw.users
                where users.organization_id = connections.organization_id
                    and users.zoom_account_id = connections.zoom_account_id
            ) as zoom_users
        from integration.connections
        order by connections.organization_id, connections.connected_at
        """,
    )


def latest_batch(connection: psycopg.Connection) -> BatchStatus | None:
    return rows.maybe_one(
        connection,
        BatchStatus,
        "select batch, as_of, started_at, finished_at from pipeline.batches order by batch "
        "desc limit 1",
    )


def finished_batch(connection: psycopg.Connection) -> FinishedBatch | None:
    return rows.maybe_one(
        connection,
        FinishedBatch,
        """
        select
            last.finished_at,
            last.finished_at - last.started_at as length,
            delayed.delay_median,
            delayed.delay_95
        from (
            select finished_at, started_at from pipeline.batches
            where finished_at is not null
            order by finished_at desc, batch desc
            limit 1
        ) as last
        left join lateral (
            select delay_median, delay_95 from pipeline.batches
            where delay_95 is not null
            order by batch desc
            limit 1
        ) as delayed on true
        """,
    )


def landed_batch(connection: psycopg.Connection) -> Batch | None:
    """The newest batch that has landed all its data: the one that the models derive."""
    row = connection.execute(
        "select batch, as_of from pipeline.batches where landed_at is not null "
        "order by batch desc limit 1"
    ).fetchone()
    return Batch(*row) if row else None


def backlog(connection: psycopg.Connection, *, now: datetime, ledger: str = LEDGER) -> Backlog:
    """From the ledger, or from its view `operations.deliveries`. Reads only what is waiting and
    what was received in the last day.
    """
    return rows.one(
        connection,
        Backlog,
        SQL("""
        select
            count(*) as waiting,
            min(received_at) as oldest_received_at,
            (
                select count(*) from {ledger}
                where received_at > %s - interval '1 day' and disposition = 'quarantined' {only}
            ) as quarantined_last_day
        from {ledger}
        where disposition = 'waiting' {only}
        """).format(
            ledger=Identifier(*ledger.split(".")),
            only=SQL("and source = 'webhook'" if ledger == LEDGER else ""),
        ),
        [now],
    )


def delay_to_entries(
    connection: psycopg.Connection, *, now: datetime, organization_id: str | None = None
) -> Delay | None:
    """The delay of one organization, or of all; None before the first batch."""
    if not relations_exist(connection, _READ_BY_DELAY):
        return None
    return rows.maybe_one(
        connection,
        Delay,
        _DELAY_OF_A_WEEK,
        {"now": now, "organization": organization_id},
    )


def delay_of_batch(connection: psycopg.Connection, batch: Batch) -> Delay | None:
    """The delay of the entries that this batch wrote for sessions whose events were new."""
    if not relations_exist(connection, _READ_BY_DELAY):
        return None
    first = rows.scalar(
        connection,
        int,
        "select coalesce(max(batch), 0) + 1 from pipeline.batches "
        "where batch < %s and finished_at is not null",
        [batch.number],
    )
    return rows.maybe_one(
        connection,
        Delay,
        _DELAY_OF_A_BATCH,
        {"first": first, "batch": batch.number, "as_of": batch.as_of},
    )


def record_delay(connection: psycopg.Connection, delay: Delay, batch: Batch) -> None:
    """Records the delay of a batch, because the page's login cannot compute it for all
    organizations together.
    """
    connection.execute(
        "update pipeline.batches set delay_median = %s, delay_95 = %s "
        "where batch = %s and delay_95 is null",
        [delay.median, delay.percentile_95, batch.number],
    )


def outcomes_of_batch(connection: psycopg.Connection, batch: Batch) -> list[tuple[str, int]]:
    """(outcome, participants) of the sessions that this batch affected, the most frequent first."""
    return connection.execute(
        """
        select outcomes.outcome, count(*) from operations.outcomes
        inner join (
            select distinct organization_id, session_id from intermediate.int_touched_sessions
            where batch = %s
        ) as touched using (organization_id, session_id)
        group by outcomes.outcome
        order by count(*) desc, outcomes.outcome
        """,
        [batch.number],
    ).fetchall()


def failed_runs(connection: psycopg.Connection, *, now: datetime) -> int:
    """The number of Dagster runs that failed in the last day."""
    return rows.scalar(
        connection,
        int,
        "select count(*) from pipeline.run_failures where failed_at > %s - interval '1 day'",
        [now],
    )
