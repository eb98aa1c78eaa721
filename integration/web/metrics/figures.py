"""Reads the figures of the database for `/metrics`, at most once every few seconds."""

import asyncio
import logging
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
POOL_WAIT_SECONDS = 1.0  # for a connection: the process's own metrics must not wait for long

logger = logging.getLogger(__name__)


class Figures:
    """The figures of one app, as `read` finds them."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._found: bytes | None = None
        self._read_at = -KEPT_SECONDS
        self._reading: asyncio.Task[None] | None = None
        self._has_failed = False

    async def text(self, seconds: float) -> bytes | None:
        """In Prometheus' text format; None if they cannot be read, or not within this time. A
        database that does not answer holds up one thread.
        """
        if monotonic() - self._read_at < KEPT_SECONDS:
            return self._found
        if self._reading is None:
            self._reading = asyncio.create_task(self._keep())
        reading = self._reading
        await asyncio.wait({reading}, timeout=seconds)
        return self._found if reading.done() else None

    async def _keep(self) -> None:
        """Reads the figures. The first of several failures in a row is logged."""
        found = None
        try:
            found = await run_in_threadpool(self._read)
            self._has_failed = False
        except Exception as error:  # the metrics of the process are shown without the figures
            if not self._has_failed:
                # With a traceback only if it may be a fault of the code.
                is_usual = isinstance(error, (psycopg.Error, PoolTimeout))
                text = "The figures for /metrics could not be read: %s"
                logger.error(text, type(error).__name__, exc_info=not is_usual)
            self._has_failed = True
        finally:
            self._found, self._read_at, self._reading = found, monotonic(), None


def read_figures(pool: ConnectionPool, home: Path, *, has_own_app: bool) -> bytes:
    """In Prometheus' text format."""
    # The figures are of the whole installation.
    with across_organizations(pool, timeout=POOL_WAIT_SECONDS) as connection:
        found = list(
            figures_of_database(
                connection, disk=disk_of(home), has_own_app=has_own_app, now=datetime.now(UTC)
            )
        )
    return generate_latest(_Found(found))


class _Found(Collector):
    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics
