"""Runs one batch in this process and records it in Dagster's instance."""

from contextlib import nullcontext
from datetime import datetime

import dagster as dg

from orchestration.definitions import defs
from orchestration.resources import BATCH_JOB, NOW_TAG, pretending


def run_batch(*, now: datetime | None, allow_future: bool) -> bool:
    """Runs the job as of `now`, which may be in the future with `allow_future`. Returns whether all
    steps succeeded.
    """
    tags = {NOW_TAG: now.isoformat()} if now and not allow_future else {}
    time = pretending(now) if now and allow_future else nullcontext()
    job = defs().resolve_job_def(BATCH_JOB)
    with dg.DagsterInstance.get() as instance, time:
        return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False).success
