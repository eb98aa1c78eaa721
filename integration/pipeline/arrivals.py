"""Reads what Zoom sent recently for each account, and when batches last finished or failed."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows
from integration.pipeline.job_states import BATCH_JOB
from integration.pipeline.marts import marts_exist


@dataclass(frozen=True)
class Arrivals:
    """The deliveries of one Zoom account. `waiting_since` is when the oldest delivery that no batch
    has processed was received; `quarantined` counts the last day's quarantined deliveries by
    reason.
    """

    zoom_account_id: str
    received_last_day: int
    last_received_at: datetime | None
    waiting_since: datetime | None
    quarantined: dict[str, int]


@dataclass(frozen=True)
class Batches:
    """The batches of the whole installation. `failed_since` is the first failure after the last
    success, None if none has failed since.
    """

    last_finished_at: datetime | None
    last_failed_at: datetime | None
    failed_since: datetime | None


def arrivals_of(
    connection: psycopg.Connection, zoom_account_ids: list[str], *, now: datetime
) -> list[Arrivals]:
    """The arrivals of these accounts, which must belong to the viewer's organization. Empty before
    the first batch, which creates the view on the ledger.
    """
    if not marts_exist(connection):
        return []
    return rows.every(
        connection,
        Arrivals,
        """
        select
            accounts.zoom_account_id,
            (
                select count(*) from operations.deliveries
                where deliveries.zoom_account_id = accounts.zoom_account_id
                    and deliveries.received_at > %(now)s - interval '1 day'
            ) as received_last_day,
            -- The whole ledger is searched only if the last day has no delivery.
            coalesce(
                (
                    select max(received_at) from operations.deliveries
                    where deliveries.zoom_account_id = accounts.zoom_account_id
                        and deliveries.received_at > %(now)s - interval '1 day'
                ),
                (
                    select max(received_at) from operations.deliveries
                    where deliveries.zoom_account_id = accounts.zoom_account_id
                )
            ) as last_received_at,
            (
                select min(received_at) from operations.deliveries
                where deliveries.zoom_account_id = accounts.zoom_account_id
                    and deliveries.disposition = 'waiting'
            ) as waiting_since,
            (
                select coalesce(jsonb_object_agg(reasons.reason, reasons.deliveries), '{}') from (
                    select coalesce(reason, 'no reason') as reason, count(*) as deliveries
                    from operations.deliveries
                    where deliveries.zoom_account_id = accounts.zoom_account_id
                        and deliveries.received_at > %(now)s - interval '1 day'
                        and deliveries.disposition = 'quarantined'
                    group by 1
                ) as reasons
            ) as quarantined
        from unnest(%(accounts)s::text[]) as accounts (zoom_account_id)
        """,
        {"accounts": zoom_account_ids, "now": now},
    )


def batches_of_installation(connection: psycopg.Connection) -> Batches:
    return rows.one(
        connection,
        Batches,
        """
        with finished as (select max(finished_at) as finished_at from pipeline.batches)
        select
            finished.finished_at as last_finished_at,
            (
                select max(failed_at) from pipeline.run_failures where job = %(job)s
            ) as last_failed_at,
            (
                select min(failed_at) from pipeline.run_failures
                where job = %(job)s and failed_at > coalesce(finished.finished_at, '-infinity')
            ) as failed_since
        from finished
        """,
        {"job": BATCH_JOB},
    )
