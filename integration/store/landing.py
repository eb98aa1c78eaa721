"""Landing: deliveries that wait become events, and each delivery gets its disposition.

A chunk is one transaction: a run that is killed leaves its deliveries waiting, and the next batch
takes them. The event's key decides what is new, so a delivery taken twice lands once.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.store.batches import Batch
from integration.zoom.events import Envelope, Event, Unreadable, events_of, open_envelope

# 5,000 deliveries of about 1 KB are parsed in half a second and keep the transaction short.
CHUNK = 5000
CHUNK_BYTES = 64 * 1024 * 1024  # a body may have 1 MiB, and a chunk is held in memory


@dataclass(frozen=True)
class Delivery:
    delivery_id: int
    received_at: datetime
    body: bytes


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
            decisions = forget(connection, _decide(connection, waiting), batch)
            _stage_events(connection, decisions)
            _settle(connection, decisions, batch)
            counts = _store_events(connection, batch)
        yield counts


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


def _decide(connection: psycopg.Connection, waiting: list[Delivery]) -> list[Decision]:
    opened = [(delivery, _open(delivery)) for delivery in waiting]
    accounts = {
        e.zoom_account_id for _, e in opened if not isinstance(e, Unreadable) and e.zoom_account_id
    }
    organizations = _organizations(connection, sorted(accounts))
    return [_decision(delivery, envelope, organizations) for delivery, envelope in opened]


def _open(delivery: Delivery) -> Envelope | Unreadable:
    try:
        return open_envelope(delivery.body)
    except Unreadable as unreadable:
        return unreadable


def _decision(
    delivery: Delivery, envelope: Envelope | Unreadable, organizations: dict[str, str]
) -> Decision:
    """The first that applies: unreadable, not kept, an account nobody has connected, no event in
    it, an event.
    """
    if isinstance(envelope, Unreadable):
        return Decision(delivery, "quarantined", str(envelope))
    if not envelope.is_kept:
        return Decision(delivery, "ignored", "not on the list of kept events")
    organization_id = organizations.get(envelope.zoom_account_id or "")
    if organization_id is None:
        return Decision(
            delivery, "unknown_account", "no organization has connected this Zoom account"
        )
    known = {"organization_id": organization_id, "zoom_account_id": envelope.zoom_account_id}
    try:
        events = tuple(events_of(envelope, received_at=delivery.received_at))
    except Unreadable as unreadable:
        return Decision(delivery, "quarantined", str(unreadable), **known)
    return Decision(delivery, "landed", **known, events=events)


def _organizations(connection: psycopg.Connection, accounts: list[str]) -> dict[str, str]:
    rows = connection.execute(
        "select distinct zoom_account_id, organization_id from integration.connections "
        "where zoom_account_id = any(%s)",
        [accounts],
    )
    return dict(rows.fetchall())


def _stage_events(connection: psycopg.Connection, decisions: list[Decision]) -> None:
    connection.execute(
        """
        create temporary table arrived (
            delivery_id bigint, received_at timestamptz, organization_id text, zoom_account_id text,
            event_id text, session_id text, event text, occurred_at timestamptz, fields jsonb
        ) on commit drop
        """
    )
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
    connection.execute(
        """
        create temporary table settled (
            delivery_id bigint, organization_id text, disposition text, reason text,
            keeps_body boolean
        ) on commit drop
        """
    )
    with connection.cursor().copy("copy settled from stdin") as copy:
        for decision in decisions:
            copy.write_row(
                (
                    decision.delivery.delivery_id,
                    decision.organization_id,
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
