"""What the latest batch did, in a few lines."""

import psycopg


def batch_summary(connection: psycopg.Connection) -> list[str]:
    """Lines such as "deliveries: 12 landed, 1 duplicate" for the latest batch."""
    number, as_of, seconds = connection.execute(
        """
        select batch, as_of, extract(epoch from finished_at - started_at)::numeric(10, 1)
        from pipeline.batches order by batch desc limit 1
        """
    ).fetchone()
    return [
        f"batch {number} as of {as_of:%Y-%m-%d %H:%M:%S} UTC, {seconds} s",
        f"deliveries: {_counted(connection, _DISPOSITIONS, number) or 'none waited'}",
        f"sessions touched: {connection.execute(_TOUCHED, [number]).fetchone()[0]}",
        f"timeline entries written: {connection.execute(_WRITTEN, [number]).fetchone()[0]}",
    ]


_DISPOSITIONS = """
    select disposition, count(*) from ingress.deliveries
    where batch = %s
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
