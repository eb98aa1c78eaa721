"""Batches: one writer at a time, each with a number and the time it takes for now."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.store.postgres import connect

# `batch`, the schedule's run, `rebuild`, `erase` and `import-users` take this lock; it ends with
# the session, so a killed run never blocks the next one.
WRITER_LOCK = 7201_0002


@dataclass(frozen=True)
class Batch:
    """The batch that is running: its number, and its now."""

    number: int
    as_of: datetime


@contextmanager
def only_writer(
    url: str, *, on_wait: Callable[[], None], poll_seconds: float = 1.0
) -> Iterator[psycopg.Connection]:
    """Holds the writer's lock; `on_wait` is called once when another one holds it."""
    with connect(url, role="pipeline", autocommit=True) as connection:
        if not _try_lock(connection):
            on_wait()
            while not _try_lock(connection):
                time.sleep(poll_seconds)
        yield connection


def open_batch(connection: psycopg.Connection, *, as_of: datetime, run_id: str | None) -> Batch:
    """A new batch with the next number; only under the writer's lock, so numbers commit in
    order.
    """
    row = connection.execute(
        """
        insert into pipeline.batches (batch, as_of, run_id)
        select coalesce(max(batch), 0) + 1, %s, %s from pipeline.batches
        returning batch
        """,
        [as_of, run_id],
    ).fetchone()
    return Batch(number=row[0], as_of=as_of)


def finish_batches(connection: psycopg.Connection, *, tables: Iterable[str]) -> int:
    """Marks the batches that every one of the derived tables has taken up as finished, and drops
    their news; returns the last of them, -1 when there is none.
    """
    with connection.transaction():
        reached = connection.execute(
            """
            select coalesce(min(coalesce(progress.batch, -1)), -1)
            from unnest(%s::text[]) as derived
            left join pipeline.progress on progress.model = derived
            """,
            [list(tables)],
        ).fetchone()[0]
        connection.execute(
            "update pipeline.batches set finished_at = now() "
            "where batch <= %s and finished_at is null",
            [reached],
        )
        connection.execute("delete from pipeline.setting_changes where batch <= %s", [reached])
        connection.execute("delete from pipeline.changed_months where batch <= %s", [reached])
    return reached


def latest_batch_time(connection: psycopg.Connection) -> datetime | None:
    """The latest time that any batch took for now: what "24 hours without an ended event" is
    counted from.
    """
    return connection.execute("select max(as_of) from pipeline.batches").fetchone()[0]


def _try_lock(connection: psycopg.Connection) -> bool:
    return connection.execute("select pg_try_advisory_lock(%s)", [WRITER_LOCK]).fetchone()[0]
