"""Landing: turns waiting deliveries into events, and gives each delivery its disposition.

A chunk is one transaction: a killed run leaves its deliveries waiting for the next batch. Events
are upserted by their key, so processing a delivery twice changes nothing. A delivery that cannot be
landed is quarantined without affecting the others, whatever the cause.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import psycopg

from integration.pipeline.batches import Batch
from integration.pipeline.dispositions import Decision, Delivery, decide, reason_of
from integration.pipeline.storing import create_staging_tables, store_decisions
from integration.privacy.applied_exclusions import apply_exclusions
from integration.privacy.applied_tombstones import Keys, redact_arrivals
from integration.privacy.arrivals import Arrival, RedactedArrival
from integration.privacy.landed_privacy import Reducer, reduce_landed, reducers
from integration.settings import SettingsError

# 5,000 deliveries of about 1 KB are parsed in half a second and keep the transaction short.
CHUNK = 5000
CHUNK_BYTES = 64 * 1024 * 1024  # a body may have 1 MiB, and a chunk is kept in memory
ABOUT_AN_ERASED_PERSON = "it is only about an erased person"
NEVER_STORED = "it is only about sessions that are never stored"


def land_deliveries(
    connection: psycopg.Connection, batch: Batch, *, keys: Keys
) -> Iterator[Counter[str]]:
    """Lands all waiting deliveries, chunk by chunk; yields each chunk's number of deliveries by
    disposition after its commit. Applies changed privacy settings first. `keys` returns the
    tombstone keys; it is called only if someone was erased or phone numbers are not kept.
    """
    reduce_landed(connection, batch.number, keys=keys)
    apply_exclusions(connection, batch.number, keys=keys)
    while True:
        with connection.transaction():
            waiting = _next_chunk(connection)
            if not waiting:
                return
            create_staging_tables(connection)
            counts = _land(connection, waiting, batch, keys)
        yield counts


def _land(
    connection: psycopg.Connection, deliveries: Sequence[Delivery], batch: Batch, keys: Keys
) -> Counter[str]:
    """Lands all of them. On an error, lands each half separately, down to single deliveries; raises
    errors that no delivery has caused.
    """
    try:
        return _land_together(connection, deliveries, batch, keys)
    except SettingsError:  # also of a setting that is not needed before the first digest
        raise
    except Exception as error:  # noqa: BLE001 - one delivery must not affect the others
        _raise_if_no_delivery_caused_it(error, connection, batch, keys)
        failure = error
    if len(deliveries) == 1:
        return _quarantine(connection, deliveries[0], batch, keys, failure)
    middle = len(deliveries) // 2
    first = _land(connection, deliveries[:middle], batch, keys)
    return first + _land(connection, deliveries[middle:], batch, keys)


def _land_together(
    connection: psycopg.Connection, deliveries: Sequence[Delivery], batch: Batch, keys: Keys
) -> Counter[str]:
    with connection.transaction():  # a savepoint
        decisions = _redact(connection, decide(connection, deliveries), batch, keys)
        return store_decisions(connection, _reduce(connection, decisions, keys), batch)


def _raise_if_no_delivery_caused_it(
    error: Exception, connection: psycopg.Connection, batch: Batch, keys: Keys
) -> None:
    """Raises transient errors, such as a lost connection or a full disk, and errors that occur
    without any delivery, such as a missing table or the wrong key. The deliveries stay waiting.
    """
    if _is_transient(error):
        raise error
    try:
        _land_together(connection, [], batch, keys)
    except Exception:  # noqa: BLE001 - no delivery has caused this error
        raise error from None


def _quarantine(
    connection: psycopg.Connection,
    delivery: Delivery,
    batch: Batch,
    keys: Keys,
    failure: Exception,
) -> Counter[str]:
    """Quarantines a delivery that cannot be landed. Keeps its body only if it can be checked that
    it names no erased person, and if the organization keeps everything in it.
    """
    [decided] = decide(connection, [delivery])
    decision = replace(
        decided, disposition="quarantined", reason=reason_of(failure), events=(), keeps_body=True
    )
    try:
        with connection.transaction():
            [decision] = _redact(connection, [decision], batch, keys)
            [decision] = _reduce(connection, [decision], keys)
    except Exception as error:
        if _is_transient(error):
            raise
        decision = replace(decision, keeps_body=False)
    with connection.transaction():
        return store_decisions(connection, [decision], batch)


def _redact(
    connection: psycopg.Connection, decisions: list[Decision], batch: Batch, keys: Keys
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
    for place, redacted in redact_arrivals(connection, arrivals, batch.number, keys=keys).items():
        kept[place] = _redacted(kept[place], redacted)
    return kept


def _redacted(decision: Decision, redacted: RedactedArrival) -> Decision:
    if redacted.is_discarded or redacted.is_dropped:
        reason = NEVER_STORED if redacted.is_dropped else ABOUT_AN_ERASED_PERSON
        return replace(decision, disposition="ignored", reason=reason, events=())
    keeps_body = decision.keeps_body and not redacted.names_erased_person
    return replace(decision, events=redacted.events, keeps_body=keeps_body)


def _reduce(
    connection: psycopg.Connection, decisions: list[Decision], keys: Keys
) -> list[Decision]:
    """The decisions without what their organizations do not keep. A body that may contain it is not
    kept either.
    """
    reduce = reducers(connection, {each.organization_id for each in decisions}, keys=keys)
    return [
        _reduced(each, reduce[each.organization_id]) if each.organization_id in reduce else each
        for each in decisions
    ]


def _reduced(decision: Decision, reduce: Reducer) -> Decision:
    events = tuple(
        replace(event, fields=reduce(event.event, event.fields)) for event in decision.events
    )
    return replace(decision, events=events, keeps_body=False)


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


def _next_chunk(connection: psycopg.Connection) -> list[Delivery]:
    # Selects up to an ID, so that each month's index on waiting deliveries is searched once, and
    # not once for each delivery.
    rows = connection.execute(
        """
        select delivery_id, received_at, body, source from ingress.deliveries
        where disposition = 'waiting' and delivery_id <= (
            select max(delivery_id)
            from (
                select
                    delivery_id,
                    sum(body_size) over (order by delivery_id) - body_size as bytes_before
                from (
                    select delivery_id, body_size from ingress.deliveries
                    where disposition = 'waiting'
                    order by delivery_id
                    limit %(deliveries)s
                ) as waiting
            ) as first
            where bytes_before < %(bytes)s
        )
        order by delivery_id
        limit %(deliveries)s
        for update skip locked
        """,
        {"deliveries": CHUNK, "bytes": CHUNK_BYTES},
    )
    return [Delivery(*row) for row in rows]
