"""Opens and finishes batches. Each has a number and the time that it runs as of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows


@dataclass(frozen=True)
class Batch:
    """The running batch: its number, and the time that it runs as of."""

    number: int
    as_of: datetime


def open_batch(connection: psycopg.Connection, *, as_of: datetime, run_id: str | None) -> Batch:
    """Creates the next batch. The caller must hold the writer's lock, so that numbers are committed
    in order.
    """
    number = rows.scalar(
        connection,
        int,
        """
        insert into pipeline.batches (batch, as_of, run_id)
        select coalesce(max(batch), 0) + 1, %s, %s from pipeline.batches
        returning batch
        """,
        [as_of, run_id],
    )
    return Batch(number=number, as_of=as_of)


def finish_batches(connection: psycopg.Connection, *, tables: Iterable[str]) -> int:
    """Marks the batches that all derived tables have processed as finished. Returns the last of
    them, or -1.
    """
    reached = rows.scalar(
        connection,
        int,
        """
        select coalesce(min(coalesce(progress.batch, -1)), -1)
        from unnest(%s::text[]) as derived
        left join pipeline.progress on progress.model = derived
        """,
        [list(tables)],
    )
    connection.execute(
        "update pipeline.batches set finished_at = now() where batch <= %s and finished_at is null",
        [reached],
    )
    return reached


def batches_started(connection: psycopg.Connection) -> int:
    """How many batches have ever been started: their numbers have no gaps."""
    return rows.scalar(connection, int, "select coalesce(max(batch), 0)::int from pipeline.batches")


def latest_batch_time(connection: psycopg.Connection) -> datetime | None:
    """The latest time that any batch ran as of, from which "24 hours without an ended event" is
    counted.
    """
    return rows.maybe_scalar(connection, datetime, "select max(as_of) from pipeline.batches")
