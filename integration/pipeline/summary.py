"""Summarizes the latest batch in a few lines."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import psycopg

from integration.database import rows


def batch_summary(connection: psycopg.Connection) -> list[str]:
    """Lines such as "deliveries: 12 landed, 1 duplicate" for the latest batch."""
    batch = rows.one(connection, _Batch, _LATEST)
    return [
        f"batch {batch.number} as of {batch.as_of:%Y-%m-%d %H:%M:%S} UTC, {batch.seconds} s",
        f"deliveries: {_counted(connection, _DISPOSITIONS, batch.number) or 'none waiting'}",
        f"sessions affected: {rows.scalar(connection, int, _TOUCHED, [batch.number])}",
        f"timeline entries written: {rows.scalar(connection, int, _WRITTEN, [batch.number])}",
    ]


@dataclass(frozen=True)
class _Batch:
    number: int
    as_of: datetime
    seconds: Decimal | None


_LATEST = """
    select
        batch as number, as_of,
        extract(epoch from finished_at - started_at)::numeric(10, 1) as seconds
    from pipeline.batches
    order by batch desc
    limit 1
"""
_DISPOSITIONS = """
    select disposition, count(*) from ingress.deliveries
    where batch = %s and source = 'webhook'
    group by disposition order by disposition
"""
_TOUCHED = (
    "select count(distinct (organization_id, session_id)) from "
    "intermediate.int_touched_sessions where batch = %s"
)
_WRITTEN = (
    "select coalesce(max(rows_inserted), 0) from pipeline.progress "
    "where model = 'timeline.activities' and batch = %s"
)


def _counted(connection: psycopg.Connection, query: str, number: int) -> str:
    return ", ".join(f"{count} {name}" for name, count in connection.execute(query, [number]))
