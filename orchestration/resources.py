"""Resources that give the assets the settings, the database and the run's batch."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from typing import Any

import dagster as dg
import psycopg
from pydantic import PrivateAttr

from integration.database.postgres import database_url, limit_statements
from integration.keys.check import check_keys
from integration.pipeline.batch_time import is_ahead
from integration.pipeline.batches import Batch, open_batch
from integration.pipeline.writer import only_writer
from integration.privacy.erasures_file import refuse_unknown_erasures
from integration.settings import Settings, read_settings

BATCH_JOB = "zoom_batch"
NOW_TAG = "worksights/now"  # the batch runs as of this time instead of the clock's
EXAMPLE = "Use a time such as 2026-03-02T10:00:00Z."
LIMIT_TAG = "dagster/max_runtime"  # in seconds; Dagster's monitor ends runs that take longer

# The time of `batch --now TIME --pretend`. It is not a tag or configuration, so that no one can set
# it in the Dagster UI.
_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


class RefusedTime(Exception):
    """The requested time of a run is unreadable or in the future."""


@contextmanager
def pretending(now: datetime) -> Iterator[None]:
    """Batches that this process runs in the block run as of `now`, which may be in the future."""
    token = _pretended.set(now)
    try:
        yield
    finally:
        _pretended.reset(token)


def time_of_run(tags: Mapping[str, str], *, clock: datetime) -> datetime:
    """The time that a run uses as now: the clock's, or an earlier one from a tag."""
    asked = tags.get(NOW_TAG)
    if asked is None:
        return _pretended.get() or clock
    try:
        time = datetime.fromisoformat(asked)
    except ValueError as error:
        raise RefusedTime(f"The tag {NOW_TAG} is not a time. {EXAMPLE}") from error
    if time.tzinfo is None:
        raise RefusedTime(f"The tag {NOW_TAG} has no time zone. {EXAMPLE}")
    if is_ahead(time, clock=clock):
        raise RefusedTime(f"The tag {NOW_TAG} is in the future. Use an earlier time.")
    return time


class Installation(dg.ConfigurableResource[Any]):
    """The settings and the database of this installation, read when a run or a tick needs them."""

    def settings(self) -> Settings:
        return read_settings().only_of("pipeline")

    def database_url(self) -> str:
        return database_url(self.settings(), "pipeline")


class BatchInProgress(dg.ConfigurableResource[Any]):
    """The run's batch. Holds the writer's lock from the first asset to the last.

    The batch is opened when an asset asks for it, so a run of checks alone opens none.
    """

    installation: dg.ResourceDependency[Installation]
    _connection: psycopg.Connection = PrivateAttr()
    _open: Callable[[], Batch] = PrivateAttr()
    _limit_seconds: int = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["BatchInProgress"]:
        run = context.run
        tags = run.tags if run else {}
        as_of = time_of_run(tags, clock=datetime.now(UTC))
        # A run of selected assets belongs to no job and has no tag.
        minutes = self.installation.settings().batch_minutes
        self._limit_seconds = int(tags.get(LIMIT_TAG, minutes * 60))

        log = context.log or dg.get_dagster_logger()
        run_id = run.run_id if run else None
        url = self.installation.database_url()
        with only_writer(url, say=log.info, run_id=run_id) as connection:
            # No statement runs longer than its run, even if the run was killed.
            limit_statements(connection, seconds=self._limit_seconds)
            check_keys(connection, self.installation.settings(), process="pipeline")
            refuse_unknown_erasures(self.installation.settings(), connection)
            self._connection = connection
            self._open = cache(lambda: open_batch(connection, as_of=as_of, run_id=run_id))
            yield self

    @property
    def connection(self) -> psycopg.Connection:
        """An autocommit connection in the role `pipeline`."""
        return self._connection

    @property
    def batch(self) -> Batch:
        return self._open()

    @property
    def limit_seconds(self) -> int:
        """The longest time that the run may take."""
        return self._limit_seconds
