"""Stores decided deliveries: their events (of two versions of one event, the greater) and each
delivery's disposition.
"""

import json
from collections import Counter

import psycopg

from integration.pipeline.batches import Batch
from integration.pipeline.dispositions import Decision
from integration.pipeline.received_events import record_received
from integration.zoom.sources import API

# In the counts by disposition: rows of the queue that healing has added.
FROM_API = "from the API"


def store_decisions(
    connection: psycopg.Connection, decisions: list[Decision], batch: Batch
) -> Counter[str]:
    """Stores the decisions in the caller's transaction, after create_staging_tables. Returns the
    number of deliveries by disposition, and what is FROM_API.
    """
    connection.execute("truncate arrived, settled")
    _stage_events(connection, decisions)
    record_received(connection)
    _settle(connection, decisions, batch)
    return _store_events(connection, batch)


def create_staging_tables(connection: psycopg.Connection) -> None:
    """Creates the transaction's temporary tables. Call it once, not at each attempt to land a part
    of a chunk: a new table holds locks until the transaction ends.
    """
    connection.execute(
        """
        create temporary table arrived (
            delivery_id bigint, received_at timestamptz, source text, organization_id text,
            zoom_account_id text, event_id text, session_id text, event text,
            occurred_at timestamptz, fields jsonb
        ) on commit drop
        """
    )
    connection.execute(
        """
        create temporary table settled (
            delivery_id bigint, organization_id text, zoom_account_id text, disposition text,
            reason text, source text, keeps_body boolean
        ) on commit drop
        """
    )


def _stage_events(connection: psycopg.Connection, decisions: list[Decision]) -> None:
    with connection.cursor().copy("copy arrived from stdin") as copy:
        for decision in decisions:
            for event in decision.events:
                copy.write_row(
                    (
                        decision.delivery.delivery_id,
                        decision.delivery.received_at,
                        decision.delivery.source,
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
                    decision.delivery.source,
                    decision.disposition == "quarantined" and decision.keeps_body,
                )
            )
    # A delivery is landed if it is the first to contain a new event; the others are duplicates. An
    # event that only the API has reported is new to a webhook.
    connection.execute(
        """
        with first_of_new_event as (
            select min(arrived.delivery_id) as delivery_id
            from arrived
            left join zoom_raw.events as known
                on known.organization_id = arrived.organization_id
                    and known.event_id = arrived.event_id
                    and known.source collate "C" >= arrived.source collate "C"
            where known.event_id is null
            group by arrived.organization_id, arrived.event_id, arrived.source
        )
        update settled set disposition = 'duplicate', reason = 'this event was already landed'
        where disposition = 'landed' and delivery_id not in (select delivery_id
        from first_of_new_event)
        """
    )
    # Only quarantined deliveries keep their bodies, so that an operator can examine them. The times
    # exclude the partitions of other months, each of which would be searched for every delivery.
    times = [decision.delivery.received_at for decision in decisions]
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
            and deliveries.received_at between %s and %s
        """,
        [batch.number, min(times, default=None), max(times, default=None)],
    )


def _store_events(connection: psycopg.Connection, batch: Batch) -> Counter[str]:
    # Of two versions of one event, the greater source applies ("webhook" comes after "api"), then
    # the greater text, whichever arrived first. A version that changes nothing does not enter the
    # change set. The 24 hours that an `ended` event may take start at the earliest arrival.
    connection.execute(
        """
        insert into zoom_raw.events (
            organization_id, event_id, session_id, zoom_account_id, event, source, batch,
            occurred_at, first_received_at, fields
        )
        select distinct on (organization_id, event_id)
            organization_id, event_id, session_id, zoom_account_id, event, source, %s, occurred_at,
            min(received_at) over (partition by organization_id, event_id, source), fields
        from arrived
        order by organization_id, event_id, source collate "C" desc, fields::text collate "C" desc
        on conflict (organization_id, event_id) do update set
            fields = case
                when excluded.source collate "C" > events.source collate "C"
                    or excluded.fields::text collate "C" > events.fields::text collate "C"
                    then excluded.fields
                else events.fields
            end,
            first_received_at = case
                when excluded.source = events.source
                    then least(events.first_received_at, excluded.first_received_at)
                else excluded.first_received_at
            end,
            source = excluded.source,
            batch = excluded.batch
        where
            excluded.source collate "C" > events.source collate "C"
            or excluded.source = events.source and (
                excluded.fields::text collate "C" > events.fields::text collate "C"
                or excluded.first_received_at < events.first_received_at
            )
        """,
        [batch.number],
    )
    rows = connection.execute(
        """
        select case when source = %s then %s else disposition end as disposition, count(*)
        from settled
        group by 1
        """,
        [API, FROM_API],
    )
    return Counter(dict(rows.fetchall()))
