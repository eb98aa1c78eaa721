"""The watermarks of the readers of landed events: dbt's models, addresses, display names."""

import psycopg

from integration.database import rows
from integration.pipeline.batches import Batch


def watermark(connection: psycopg.Connection, reader: str) -> int:
    """The last batch that the reader has processed, -1 before its first.

    Pass it to queries as a parameter: a subquery would make the planner scan the whole history.
    """
    return rows.scalar(
        connection,
        int,
        "select coalesce(max(batch), -1) from pipeline.progress where model = %s",
        [reader],
    )


def record_watermark(connection: psycopg.Connection, reader: str, batch: Batch) -> None:
    """Records that the reader has processed all events up to this batch."""
    connection.execute(
        """
        insert into pipeline.progress (model, batch) values (%s, %s)
        on conflict (model) do update set batch = excluded.batch
        """,
        [reader, batch.number],
    )
