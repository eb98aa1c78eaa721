"""What Zoom has sent of each account lately, and how the batches are that take it in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from integration.database import rows
from integration.pipeline.job_states import BATCH_JOB
from integration.pipeline.marts import marts_are_there

# A batch comes every 20 minutes when there is something to do; two may be missed.
LATE = timedelta(minutes=45)
# Users are imported every 6 hours, so a batch runs that often even when Zoom says nothing.
IDLE = timedelta(hours=7)


@dataclass(frozen=True)
class Arrivals:
    """Of one Zoom account. `waits_since` is the arrival of the oldest delivery that no batch has
    taken yet; `quarantined` says why deliveries of the last day were set aside, and how many.
    """

    zoom_account_id: str
    received_last_day: int
    last_received_at: datetime | None
    waits_since: datetime | None
    quarantined: dict[str, int]


@dataclass(frozen=True)
class Batches:
    """Of the whole installation."""

    last_finished_at: datetime | None
    last_failed_at: datetime | None


def arrivals_of(
    connection: psycopg.Connection, zoom_account_ids: list[str], *, now: datetime
) -> list[Arrivals]:
    """Of accounts of the viewer's organization. Nothing before the first batch, which makes the
    view of the ledger.
    """
    if not marts_are_there(connection):
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
            -- The whole ledger is only looked through when the last day has none.
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
            ) as waits_since,
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
        select
            (select max(finished_at) from pipeline.batches) as last_finished_at,
            (
                select max(failed_at) from pipeline.run_failures where job = %s
            ) as last_failed_at
        """,
        [BATCH_JOB],
    )
