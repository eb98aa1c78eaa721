"""Landing: deliveries that wait become events, and each delivery gets its disposition.

A chunk is one transaction: a run that is killed leaves its deliveries waiting, and the next batch
takes them. The event's key decides what is new, so a delivery taken twice lands once. A delivery
that cannot be landed is set aside alone, whatever the cause.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import psycopg

from integration.store.batches import Batch
from integration.zoom.events import Envelope, Event, Unreadable, events_of, open_envelope

# 5,000 deliveries of about 1 KB are parsed in half a second and keep the transaction short.
CHUNK = 5000
CHUNK_BYTES = 64 * 1024 * 1024  # a body may have 1 MiB, and a chunk is held in memory
# What Zoom sends of an account later than this after its connection ended is a stranger's.
AFTER_THE_END = timedelta(hours=24)


@dataclass(frozen=True)
class Delivery:
    delivery_id: int
    received_at: datetime
    body: bytes


@dataclass(frozen=True)
class Account:
    """A connected Zoom account's organization, and when its newest connection ended, if it has."""

    organization_id: str
    ended_at: datetime | None

    def is_over_at(self, occurred_at: datetime | None) -> bool:
        return (
            self.ended_at is not None
            and occurred_at is not None
            and occurred_at - self.ended_at > AFTER_THE_END
        )


@dataclass(frozen=True)
class Decision:
    """What becomes of one delivery; `landed` is a proposal that the database turns into
    `duplicate`.
    """

    delivery: Delivery
    disposition: str
    reason: str | None = None
    organization_id: str = "-"
    zoom_account_id: str | None = None
    events: tuple[Event, ...] = ()
    keeps_body: bool = True  # of a quarantined delivery


UNKNOWN = "no organization has connected this Zoom account"
OVER = "more than a day after the Zoom account was disconnected"

# What takes erased people out of the decisions before anything of them is stored.
Forget = Callable[[psycopg.Connection, list[Decision], Batch], list[Decision]]


def land_deliveries(
    connection: psycopg.Connection, batch: Batch, *, forget: Forget
) -> Iterator[Counter[str]]:
    """Lands everything that waits, a chunk at a time; yields each chunk's dispositions once they
    are committed.
    """
    while True:
        with connection.transaction():
            waiting = _take_waiting(connection)
            if not waiting:
                return
            _make_room(connection)
            counts = _land(connection, waiting, batch, forget)
        yield counts


def _land(
    connection: psycopg.Connection, deliveries: Sequence[Delivery], batch: Batch, forget: Forget
) -> Counter[str]:
    """All of them, or by halves those that can be landed; raises what no delivery has caused."""
    try:
        return _land_together(connection, deliveries, batch, forget)
    except Exception as error:  # noqa: BLE001 - what one delivery causes must not reach the others
        _raise_if_no_delivery_caused_it(error, connection, batch, forget)
        failure = error
    if len(deliveries) == 1:
        return _set_aside(connection, deliveries[0], batch, forget, failure)
    middle = len(deliveries) // 2
    first = _land(connection, deliveries[:middle], batch, forget)
    return first + _land(connection, deliveries[middle:], batch, forget)


def _land_together(
    connection: psycopg.Connection, deliveries: Sequence[Delivery], batch: Batch, forget: Forget
) -> Counter[str]:
    with connection.transaction():  # a savepoint
        decisions = forget(connection, _decide(connection, deliveries), batch)
        return _store(connection, decisions, batch)


def _raise_if_no_delivery_caused_it(
    error: Exception, connection: psycopg.Connection, batch: Batch, forget: Forget
) -> None:
    """What passes, such as a lost connection or a full disk, and what fails without any delivery,
    such as a missing table or the wrong key, ends the step: the deliveries go on waiting.
    """
    if _is_transient(error):
        raise error
    try:
        _land_together(connection, [], batch, forget)
    except Exception:  # noqa: BLE001 - whatever it is, no delivery has caused it
        raise error from None


def _set_aside(
    connection: psycopg.Connection,
    delivery: Delivery,
    batch: Batch,
    forget: Forget,
    failure: Exception,
) -> Counter[str]:
    """Quarantines what cannot be landed. Its body is kept only where it can be seen that it names
    nobody who was erased.
    """
    [decided] = _decide(connection, [delivery])
    decision = replace(
        decided, disposition="quarantined", reason=_reason_of(failure), events=(), keeps_body=True
    )
    try:
        with connection.transaction():
            [decision] = forget(connection, [decision], batch)
    except Exception as error:
        if _is_transient(error):
            raise
        decision = replace(decision, keeps_body=False)
    with connection.transaction():
        return _store(connection, [decision], batch)


def _is_transient(error: Exception) -> bool:
    """What no delivery is to blame for: psycopg calls operational what the server says of itself (a
    lost connection, a deadlock, a full disk), and besides that a row that is too large (class 54).
    """
    if not isinstance(error, psycopg.Error):
        return isinstance(error, MemoryError)
    code = error.sqlstate or ""
    if code in ("XX001", "XX002"):  # a table or an index is corrupted
        return True
    return isinstance(error, psycopg.OperationalError) and not code.startswith("54")


def _reason_of(failure: Exception) -> str:
    """Only the kind: the message of some quotes what was sent."""
    code = f" {failure.sqlstate}" if isinstance(failure, psycopg.Error) and failure.sqlstate else ""
    return f"could not be landed ({type(failure).__name__}{code})"


def _store(connection: psycopg.Connection, decisions: list[Decision], batch: Batch) -> Counter[str]:
    connection.execute("truncate arrived, settled")
    _stage_events(connection, decisions)
    _settle(connection, decisions, batch)
    return _store_events(connection, batch)


def _make_room(connection: psycopg.Connection) -> None:
    """Once in a chunk: each table that is made holds a lock until its end, and there may be as many
    attempts as deliveries.
    """
    connection.execute(
        """
        create temporary table arrived (
            delivery_id bigint, received_at timestamptz, organization_id text, zoom_account_id text,
            event_id text, session_id text, event text, occurred_at timestamptz, fields jsonb
        ) on commit drop
        """
    )
    connection.execute(
        """
        create temporary table settled (
            delivery_id bigint, organization_id text, zoom_account_id text, disposition text,
            reason text, keeps_body boolean
        ) on commit drop
        """
    )


def forget_quarantined_bodies(connection: psycopg.Connection, *, now: datetime, days: int) -> int:
    """Drops the bodies of quarantined deliveries that are older than `days`; their ledger rows
    stay.
    """
    return connection.execute(
        """
        update ingress.deliveries set body = null
        where disposition = 'quarantined' and body is not null
            and received_at < %s - make_interval(days => %s)
        """,
        [now, days],
    ).rowcount


def _take_waiting(connection: psycopg.Connection) -> list[Delivery]:
    rows = connection.execute(
        """
        with first as (
            select
                delivery_id,
                sum(body_size) over (order by delivery_id) - body_size as bytes_before
            from (
                select delivery_id, body_size from ingress.deliveries
                where disposition = 'waiting'
                order by delivery_id
                limit %s
            ) as waiting
        )
        select deliveries.delivery_id, deliveries.received_at, deliveries.body
        from ingress.deliveries
        inner join first using (delivery_id)
        where first.bytes_before < %s
        order by deliveries.delivery_id
        for update of deliveries skip locked
        """,
        [CHUNK, CHUNK_BYTES],
    )
    return [Delivery(*row) for row in rows]


def _decide(connection: psycopg.Connection, waiting: Sequence[Delivery]) -> list[Decision]:
    opened = [(delivery, _open(delivery)) for delivery in waiting]
    ids = {
        e.zoom_account_id for _, e in opened if not isinstance(e, Unreadable) and e.zoom_account_id
    }
    accounts = _connected(connection, sorted(ids))
    return [_decision(delivery, envelope, accounts) for delivery, envelope in opened]


def _open(delivery: Delivery) -> Envelope | Unreadable:
    try:
        return open_envelope(delivery.body)
    except Unreadable as unreadable:
        return unreadable
    except Exception as error:  # noqa: BLE001 - one that cannot be read must not stop the others
        return Unreadable(_reason_of(error))


def _decision(
    delivery: Delivery, envelope: Envelope | Unreadable, accounts: dict[str, Account]
) -> Decision:
    """The first that applies: unreadable, not kept, an account nobody has connected or whose
    connection is over, no event in it, an event.
    """
    if isinstance(envelope, Unreadable):
        return Decision(delivery, "quarantined", str(envelope))
    decision = Decision(
        delivery, "unknown_account", UNKNOWN, zoom_account_id=envelope.zoom_account_id
    )
    if not envelope.is_kept:
        return replace(decision, disposition="ignored", reason="not on the list of kept events")
    account = accounts.get(envelope.zoom_account_id or "")
    if account is None:
        return decision
    decision = replace(decision, organization_id=account.organization_id, reason=OVER)
    try:
        events = events_of(envelope, received_at=delivery.received_at)
    except Unreadable as unreadable:
        if account.is_over_at(unreadable.occurred_at):
            return decision
        return replace(decision, disposition="quarantined", reason=str(unreadable))
    except Exception as error:  # noqa: BLE001 - as above
        return replace(decision, disposition="quarantined", reason=_reason_of(error))
    events = [event for event in events if not account.is_over_at(event.occurred_at)]
    if not events:
        return decision
    return replace(decision, disposition="landed", reason=None, events=tuple(events))


def _connected(connection: psycopg.Connection, accounts: list[str]) -> dict[str, Account]:
    rows = connection.execute(
        """
        select distinct on (zoom_account_id) zoom_account_id, organization_id, disconnected_at
        from integration.connections
        where zoom_account_id = any(%s)
        order by zoom_account_id, connected_at desc, disconnected_at desc nulls first
        """,
        [accounts],
    )
    return {zoom_account_id: Account(*row) for zoom_account_id, *row in rows}


def _stage_events(connection: psycopg.Connection, decisions: list[Decision]) -> None:
    with connection.cursor().copy("copy arrived from stdin") as copy:
        for decision in decisions:
            for event in decision.events:
                copy.write_row(
                    (
                        decision.delivery.delivery_id,
                        decision.delivery.received_at,
                        decision.organization_id,
                        decision.zoom_account_id,
                        event.event_id,
                        event.session_id,
                        event.event,
                        event.occurred_at,
                        json.dumps(event.fields),
                    )
                )


def _settle(connection: psycopg.Connection, decisions: list[Decision], batch: Batch) -> None:
    with connection.cursor().copy("copy settled from stdin") as copy:
        for decision in decisions:
            copy.write_row(
                (
                    decision.delivery.delivery_id,
                    decision.organization_id,
                    decision.zoom_account_id,
                    decision.disposition,
                    decision.reason,
                    decision.disposition == "quarantined" and decision.keeps_body,
                )
            )
    # A delivery is landed when one of its events is new and it is the first to bring it; the others
    # are duplicates.
    connection.execute(
        """
        with first_of_new_event as (
            select min(arrived.delivery_id) as delivery_id
            from arrived
            left join zoom_raw.events as known
                on known.organization_id = arrived.organization_id
                    and known.event_id = arrived.event_id
            where known.event_id is null
            group by arrived.organization_id, arrived.event_id
        )
        update settled set disposition = 'duplicate', reason = 'this event has been landed before'
        where disposition = 'landed' and delivery_id not in (select delivery_id
        from first_of_new_event)
        """
    )
    # Only what is set aside for a look keeps its body.
    connection.execute(
        """
        update ingress.deliveries
        set
            disposition = settled.disposition,
            reason = settled.reason,
            organization_id = settled.organization_id,
            zoom_account_id = coalesce(settled.zoom_account_id, deliveries.zoom_account_id),
            batch = %s,
            body = case when settled.keeps_body then deliveries.body end
        from settled
        where deliveries.delivery_id = settled.delivery_id
        """,
        [batch.number],
    )


def _store_events(connection: psycopg.Connection, batch: Batch) -> Counter[str]:
    # Of two versions of one event the greater text counts, whichever came first; a version that
    # changes nothing is no news. The earliest arrival counts for the 24 hours that an `ended` event
    # may take.
    connection.execute(
        """
        insert into zoom_raw.events (
            organization_id, event_id, session_id, zoom_account_id, event, batch, occurred_at,
            first_received_at, fields
        )
        select distinct on (organization_id, event_id)
            organization_id, event_id, session_id, zoom_account_id, event, %s, occurred_at,
            min(received_at) over (partition by organization_id, event_id), fields
        from arrived
        order by organization_id, event_id, fields::text collate "C" desc
        on conflict (organization_id, event_id) do update set
            fields = case
                when excluded.fields::text collate "C" > events.fields::text collate "C"
                    then excluded.fields
                else events.fields
            end,
            first_received_at = least(events.first_received_at, excluded.first_received_at),
            batch = excluded.batch
        where
            excluded.fields::text collate "C" > events.fields::text collate "C"
            or excluded.first_received_at < events.first_received_at
        """,
        [batch.number],
    )
    rows = connection.execute("select disposition, count(*) from settled group by disposition")
    return Counter(dict(rows.fetchall()))
