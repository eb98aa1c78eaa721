"""Landing: turns waiting deliveries into events, and gives each delivery its disposition.

A chunk is one transaction: a killed run leaves its deliveries waiting for the next batch. Events
are upserted by their key, so processing a delivery twice changes nothing. A delivery that cannot be
landed is quarantined without affecting the others, whatever the cause.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import psycopg

from integration.pipeline.batches import Batch
from integration.pipeline.decisions import (
    Decision,
    Delivery,
    create_staging_tables,
    store_decisions,
)
from integration.privacy.arriving import Arrival, Key, RedactedArrival, redact_arrivals
from integration.zoom.envelope import Envelope, open_envelope
from integration.zoom.events import UnreadableDelivery, events_of
from integration.zoom.kept_events import NOT_KEPT

# 5,000 deliveries of about 1 KB are parsed in half a second and keep the transaction short.
CHUNK = 5000
CHUNK_BYTES = 64 * 1024 * 1024  # a body may have 1 MiB, and a chunk is kept in memory
# Events from later than this after the end of an account's connection are not landed.
AFTER_THE_END = timedelta(hours=24)


@dataclass(frozen=True)
class Account:
    """The organization of a Zoom account, and when its newest connection ended, if it has."""

    organization_id: str
    ended_at: datetime | None

    def has_ended_at(self, occurred_at: datetime | None) -> bool:
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
    """Lands all waiting deliveries, chunk by chunk; yields each chunk's number of deliveries by
    disposition after its commit. `key` returns the tombstone key; it is called only if someone was
    erased.
    """
    while True:
        with connection.transaction():
            waiting = _next_chunk(connection)
            if not waiting:
                return
            create_staging_tables(connection)
            counts = _land(connection, waiting, batch, key)
        yield counts


def _land(
    connection: psycopg.Connection, deliveries: Sequence[Delivery], batch: Batch, key: Key
) -> Counter[str]:
    """Lands all of them. On an error, lands each half separately, down to single deliveries; raises
    errors that no delivery has caused.
    """
    try:
        return _land_together(connection, deliveries, batch, key)
    except Exception as error:  # noqa: BLE001 - one delivery must not affect the others
        _raise_if_no_delivery_caused_it(error, connection, batch, key)
        failure = error
    if len(deliveries) == 1:
        return _quarantine(connection, deliveries[0], batch, key, failure)
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
    """Raises transient errors, such as a lost connection or a full disk, and errors that occur
    without any delivery, such as a missing table or the wrong key. The deliveries stay waiting.
    """
    if _is_transient(error):
        raise error
    try:
        _land_together(connection, [], batch, key)
    except Exception:  # noqa: BLE001 - no delivery has caused this error
        raise error from None


def _quarantine(
    connection: psycopg.Connection,
    delivery: Delivery,
    batch: Batch,
    key: Key,
    failure: Exception,
) -> Counter[str]:
    """Quarantines a delivery that cannot be landed. Keeps its body only if it can be checked that
    it names no erased person.
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
    """The decisions with erased people redacted, before anything is stored."""
    arrivals = [
        Arrival(
            decision.organization_id,
            decision.events,
            decision.delivery.body if decision.disposition == "quarantined" else None,
        )
        for decision in decisions
    ]
    kept = list(decisions)
    for place, redacted in redact_arrivals(connection, arrivals, batch.number, key=key).items():
        kept[place] = _redacted(kept[place], redacted)
    return kept


def _redacted(decision: Decision, redacted: RedactedArrival) -> Decision:
    if redacted.is_discarded:
        return replace(decision, disposition="ignored", reason=ABOUT_AN_ERASED_PERSON, events=())
    keeps_body = decision.keeps_body and not redacted.names_erased_person
    return replace(decision, events=redacted.events, keeps_body=keeps_body)


def _is_transient(error: Exception) -> bool:
    """Whether the error has nothing to do with a delivery. psycopg's OperationalError covers the
    server's own problems (a lost connection, a deadlock, a full disk), but also rows that are too
    large (class 54).
    """
    if not isinstance(error, psycopg.Error):
        return isinstance(error, MemoryError)
    code = error.sqlstate or ""
    if code in ("XX001", "XX002"):  # a table or an index is corrupted
        return True
    return isinstance(error, psycopg.OperationalError) and not code.startswith("54")


def _reason_of(failure: Exception) -> str:
    """The error's type only: some messages quote what Zoom sent."""
    code = f" {failure.sqlstate}" if isinstance(failure, psycopg.Error) and failure.sqlstate else ""
    return f"could not be landed ({type(failure).__name__}{code})"


def _next_chunk(connection: psycopg.Connection) -> list[Delivery]:
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
    except Exception as error:  # noqa: BLE001 - an unreadable delivery must not stop the others
        return Envelope(problem=_reason_of(error))


def _decision(delivery: Delivery, envelope: Envelope, accounts: dict[str, Account]) -> Decision:
    """The first case that applies: unreadable envelope, event type not kept, account not connected,
    unreadable event, connection ended before the events, landed.
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
        if account.has_ended_at(unreadable.occurred_at):
            return decision
        return replace(decision, disposition="quarantined", reason=str(unreadable))
    except Exception as error:  # noqa: BLE001 - as above
        return replace(decision, disposition="quarantined", reason=_reason_of(error))
    events = [event for event in events if not account.has_ended_at(event.occurred_at)]
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
