"""How far each reader of landed events has come: dbt's models, addresses, display names."""

import psycopg

from integration.database import rows
from integration.pipeline.batches import Batch


def progress(connection: psycopg.Connection, reader: str) -> int:
    """The last batch that the reader has looked at, -1 before its first.

    Ask for it beforehand: as a subquery it makes the planner scan the whole history.
    """
    return rows.scalar(
        connection,
        int,
        "select coalesce(max(batch), -1) from pipeline.progress where model = %s",
        [reader],
    )


def note_progress(connection: psycopg.Connection, reader: str, batch: Batch) -> None:
    """The reader has looked at every event up to this batch."""
    connection.execute(
        """
        insert into pipeline.progress (model, batch) values (%s, %s)
        on conflict (model) do update set batch = excluded.batch
        """,
        [reader, batch.number],
    )
