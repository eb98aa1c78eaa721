"""Landing: deliveries that wait become events, and each delivery gets its disposition.

A chunk is one transaction: a run that is killed leaves its deliveries waiting, and the next batch
takes them. The event's key decides what is new, so a delivery taken twice lands once. A delivery
that cannot be landed is set aside alone, whatever the cause.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import psycopg

from integration.pipeline.batches import Batch
from integration.pipeline.decisions import Decision, Delivery, make_room, store_decisions
from integration.privacy.arriving import Arrival, Key, Redacted, redact
from integration.zoom.envelope import Envelope, open_envelope
from integration.zoom.events import UnreadableDelivery, events_of
from integration.zoom.kept_events import NOT_KEPT

# 5,000 deliveries of about 1 KB are parsed in half a second and keep the transaction short.
CHUNK = 5000
CHUNK_BYTES = 64 * 1024 * 1024  # a body may have 1 MiB, and a chunk is held in memory
# What Zoom sends of an account later than this after its connection ended is a stranger's.
AFTER_THE_END = timedelta(hours=24)


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


UNKNOWN = "no organization has connected this Zoom account"
OVER = "more than a day after the Zoom account was disconnected"
ABOUT_AN_ERASED_PERSON = "it is only about an erased person"


def land_deliveries(
    connection: psycopg.Connection, batch: Batch, *, key: Key
) -> Iterator[Counter[str]]:
    """Lands everything that waits, a chunk at a time; yields each chunk's dispositions once they
    are committed. `key` is that of the tombstones, asked for only when somebody was erased.
    """
    while True:
        with connection.transaction():
            waiting = _take_waiting(connection)
            if not waiting:
                return
            make_room(connection)
            counts = _land(connection, waiting, batch, key)
        yield counts


def _land(
    connection: psycopg.Connection, deliveries: Sequence[Delivery], batch: Batch, key: Key
) -> Counter[str]:
    """All of them, or by halves those that can be landed; raises what no delivery has caused."""
    try:
        return _land_together(connection, deliveries, batch, key)
    except Exception as error:  # noqa: BLE001 - what one delivery causes must not reach the others
        _raise_if_no_delivery_caused_it(error, connection, batch, key)
        failure = error
    if len(deliveries) == 1:
        return _set_aside(connection, deliveries[0], batch, key, failure)
    middle = len(deliveries) // 2
    first = _land(connection, deliveries[:middle], batch, key)
    return first + _land(connection, deliveries[middle:], batch, key)


def _land_together(
    connection: psycopg.Connection, deliveries: Sequence[Delivery], batch: Batch, key: Key
) -> Counter[str]:
    with connection.transaction():  # a savepoint
        decisions = _redact(connection, _decide(connection, deliveries), batch, key)
        return store_decisions(connection, decisions, batch)


def _raise_if_no_delivery_caused_it(
    error: Exception, connection: psycopg.Connection, batch: Batch, key: Key
) -> None:
    """What passes, such as a lost connection or a full disk, and what fails without any delivery,
    such as a missing table or the wrong key, ends the step: the deliveries go on waiting.
    """
    if _is_transient(error):
        raise error
    try:
        _land_together(connection, [], batch, key)
    except Exception:  # noqa: BLE001 - whatever it is, no delivery has caused it
        raise error from None


def _set_aside(
    connection: psycopg.Connection,
    delivery: Delivery,
    batch: Batch,
    key: Key,
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
            [decision] = _redact(connection, [decision], batch, key)
    except Exception as error:
        if _is_transient(error):
            raise
        decision = replace(decision, keeps_body=False)
    with connection.transaction():
        return store_decisions(connection, [decision], batch)


def _redact(
    connection: psycopg.Connection, decisions: list[Decision], batch: Batch, key: Key
) -> list[Decision]:
    """The decisions with erased people taken out, before anything of them is stored."""
    arrivals = [
        Arrival(
            decision.organization_id,
            decision.events,
            decision.delivery.body if decision.disposition == "quarantined" else None,
        )
        for decision in decisions
    ]
    kept = list(decisions)
    for place, redacted in redact(connection, arrivals, batch.number, key=key).items():
        kept[place] = _without_the_erased(kept[place], redacted)
    return kept


def _without_the_erased(decision: Decision, redacted: Redacted) -> Decision:
    if redacted.is_left_out:
        return replace(decision, disposition="ignored", reason=ABOUT_AN_ERASED_PERSON, events=())
    keeps_body = decision.keeps_body and not redacted.names_the_erased
    return replace(decision, events=redacted.events, keeps_body=keeps_body)


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
    ids = {envelope.zoom_account_id for _, envelope in opened if envelope.zoom_account_id}
    accounts = _connected(connection, sorted(ids))
    return [_decision(delivery, envelope, accounts) for delivery, envelope in opened]


def _open(delivery: Delivery) -> Envelope:
    try:
        return open_envelope(delivery.body)
    except Exception as error:  # noqa: BLE001 - one that cannot be read must not stop the others
        return Envelope(problem=_reason_of(error))


def _decision(delivery: Delivery, envelope: Envelope, accounts: dict[str, Account]) -> Decision:
    """The first that applies: unreadable, not kept, an account nobody has connected or whose
    connection is over, no event in it, an event.
    """
    decision = Decision(
        delivery, "unknown_account", UNKNOWN, zoom_account_id=envelope.zoom_account_id
    )
    if envelope.problem:
        return replace(decision, disposition="quarantined", reason=envelope.problem)
    if not envelope.is_kept:
        return replace(decision, disposition="ignored", reason=NOT_KEPT)
    account = accounts.get(envelope.zoom_account_id or "")
    if account is None:
        return decision
    decision = replace(decision, organization_id=account.organization_id, reason=OVER)
    try:
        events = events_of(envelope, received_at=delivery.received_at)
    except UnreadableDelivery as unreadable:
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
