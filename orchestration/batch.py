"""Runs one batch in this process and records it in Dagster's instance. A failure is also recorded
for `status` and the page.
"""

from contextlib import nullcontext
from datetime import datetime

import dagster as dg
import psycopg
import sqlalchemy as sa

from integration.database.unavailable import DatabaseUnavailable
from orchestration.definitions import defs
from orchestration.resources import BATCH_JOB, NOW_TAG, Installation, pretending
from orchestration.sensors.run_failures import record_failure


def run_batch(*, now: datetime | None, allow_future: bool) -> bool:
    """Runs the job as of `now`, which may be in the future with `allow_future`. Returns whether all
    steps succeeded. DatabaseUnavailable if Dagster cannot record the run, for example because the
    disk is full.
    """
    try:
        return _run_batch(now=now, allow_future=allow_future)
    except (sa.exc.DBAPIError, psycopg.OperationalError) as error:
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        reason = next(iter(str(cause).strip().splitlines()), type(cause).__name__)
        raise DatabaseUnavailable(
            f"The batch failed because the database could not record the run ({reason}). Once the "
            "database works again, the next batch continues where this one stopped."
        ) from error


def _run_batch(*, now: datetime | None, allow_future: bool) -> bool:
    tags = {NOW_TAG: now.isoformat()} if now and not allow_future else {}
    time = pretending(now) if now and allow_future else nullcontext()
    job = defs().resolve_job_def(BATCH_JOB)
    with dg.DagsterInstance.get() as instance, time:
        result = job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
        if not result.success:  # the daemon records it, too, but may not be running
            url = Installation().database_url()
            record_failure(instance, result.run_id, job=BATCH_JOB, url=url)
        return result.success
