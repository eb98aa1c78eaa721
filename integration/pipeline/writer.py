"""The writer's lock: only one process at a time may change derived tables."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from integration.database import rows
from integration.database.postgres import connect
from integration.pipeline.run_lock import hold_run

# Held by `batch`, scheduled batches, `rebuild`, `erase` and `import-users`. The lock ends with the
# session, so a killed run never blocks the next one.
WRITER_LOCK = 7201_0002
# Each model that dbt derives for the writer holds this lock as a shared lock until it ends
# (pipeline.act_as_writer).
WRITING_LOCK = 7201_0003
HEARTBEAT_SECONDS = 15  # proxies close connections that are silent for some minutes


class WriterLost(Exception):
    """The writer's lock is lost: another process may be writing. The message is for operators."""


@contextmanager
def only_writer(
    url: str, *, say: Callable[[str], None], run_id: str | None = None, poll_seconds: float = 1.0
) -> Iterator[psycopg.Connection]:
    """Holds the writer's lock; `say` receives a sentence when another process holds it. A Dagster
    run also holds its own lock, even while it waits.
    """
    with connect(url, role="pipeline", autocommit=True) as connection:
        if run_id:
            hold_run(connection, run_id)
        if not _try_lock(connection):
            say("Waiting for another batch, rebuild, erasure or import to finish.")
            while not _try_lock(connection):
                time.sleep(poll_seconds)
        with connection.transaction():  # a writer that lost its lock may still be running a model
            connection.execute("select pg_advisory_xact_lock(%s)", [WRITING_LOCK])
        yield connection


@contextmanager
def kept_alive(writer: psycopg.Connection) -> Iterator[None]:
    """Keeps the writer's connection active while other sessions work for it, so that no proxy
    closes it as idle. Raises WriterLost at the end if it was closed; the other sessions notice it
    themselves.
    """
    is_over = threading.Event()

    def beat() -> None:
        while not is_over.wait(HEARTBEAT_SECONDS):
            try:
                writer.execute("select 1")
            except psycopg.Error:
                return

    thread = threading.Thread(target=beat, name="writer's heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
    try:
        writer.execute("select 1")
    except psycopg.OperationalError as error:
        raise WriterLost(
            "The connection that held the writer's lock has ended, so nothing more was written. "
            "The next batch continues the work."
        ) from error


def backend_of(writer: psycopg.Connection) -> str:
    """The server's process id of this connection, even if a pooler shows the client another one."""
    return str(rows.scalar(writer, int, "select pg_backend_pid()"))


def _try_lock(connection: psycopg.Connection) -> bool:
    return rows.scalar(connection, bool, "select pg_try_advisory_lock(%s)", [WRITER_LOCK])
