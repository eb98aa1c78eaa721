"""Reads the figures of the database for `/metrics`, at most once every few seconds."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import psycopg
from prometheus_client.core import Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from psycopg_pool import ConnectionPool, PoolTimeout
from starlette.concurrency import run_in_threadpool

from integration.causes.disk import disk_of
from integration.web.metrics.of_database import figures_of_database
from integration.web.page.pool import across_organizations

KEPT_SECONDS = 5.0  # Prometheus usually asks every 15 to 60 seconds
WAIT_SECONDS = 3.0  # it gives up after 10
POOL_WAIT_SECONDS = 1.0  # for a connection: the process's own metrics must not wait for long


class Figures:
    """The figures of one app, as `read` finds them."""

    def __init__(self, read: Callable[[], bytes | None]) -> None:
        self._read = read
        self._found: bytes | None = None
        self._read_at = -KEPT_SECONDS
        self._reading: asyncio.Task[bytes | None] | None = None

    async def text(self) -> bytes | None:
        """In Prometheus' text format; None while the database cannot be read. A database that does
        not answer holds up one thread, and no request for longer than WAIT_SECONDS.
        """
        if monotonic() - self._read_at < KEPT_SECONDS:
            return self._found
        if self._reading is None:
            self._reading = asyncio.create_task(run_in_threadpool(self._read))
            self._reading.add_done_callback(self._keep)
        reading = self._reading
        await asyncio.wait({reading}, timeout=WAIT_SECONDS)
        return reading.result() if reading.done() else None

    def _keep(self, reading: asyncio.Task[bytes | None]) -> None:
        self._reading = None
        self._read_at = monotonic()
        is_read = not reading.cancelled() and reading.exception() is None
        self._found = reading.result() if is_read else None


def read_figures(pool: ConnectionPool, home: Path) -> bytes | None:
    """In Prometheus' text format; None if the database cannot be read."""
    try:
        # The figures are of the whole installation.
        with across_organizations(pool, timeout=POOL_WAIT_SECONDS) as connection:
            found = list(figures_of_database(connection, disk=disk_of(home), now=datetime.now(UTC)))
    except (psycopg.Error, PoolTimeout):
        return None
    return generate_latest(_Found(found))


class _Found(Collector):
    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics
