"""Thin wrappers that hand plain objects to the assets. No logic to test in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

import dagster as dg
import psycopg
from pydantic import PrivateAttr

from integration.settings import Settings, read_settings
from integration.store.batches import Batch, only_writer, open_batch
from integration.store.postgres import database_url

NOW_TAG = "worksights/now"  # what the batch takes for now, instead of the clock


class Installation(dg.ConfigurableResource):
    """The settings and the database of this installation, read when a run or a tick needs them."""

    def settings(self) -> Settings:
        return read_settings()

    def database_url(self) -> str:
        return database_url(self.settings())


class BatchInProgress(dg.ConfigurableResource):
    """The run's batch: holds the writer's lock from the first asset to the last.

    The batch is opened when an asset asks for it: a run of checks alone is no batch.
    """

    installation: dg.ResourceDependency[Installation]
    _connection: psycopg.Connection = PrivateAttr()
    _open: Callable[[], Batch] = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["BatchInProgress"]:
        run = context.run
        now = run.tags.get(NOW_TAG) if run else None
        as_of = datetime.fromisoformat(now) if now else datetime.now(UTC)

        def say_who_waits() -> None:
            context.log.info("Another batch, rebuild or import is writing. Waiting for its end.")

        url = self.installation.database_url()
        with only_writer(url, on_wait=say_who_waits) as connection:
            self._connection = connection
            run_id = run.run_id if run else None
            self._open = cache(lambda: open_batch(connection, as_of=as_of, run_id=run_id))
            yield self

    @property
    def connection(self) -> psycopg.Connection:
        """An autocommit connection in the role `pipeline`."""
        return self._connection

    @property
    def batch(self) -> Batch:
        return self._open()
