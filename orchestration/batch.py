"""One batch, in this process, recorded in Dagster's instance."""

from contextlib import nullcontext
from datetime import datetime

import dagster as dg

from orchestration.definitions import defs
from orchestration.resources import BATCH_JOB, NOW_TAG, pretending


def run_batch(*, now: datetime | None, is_pretended: bool) -> bool:
    """Runs the job as of `now`, which may be in the future if it `is_pretended`. Returns whether
    every step succeeded.
    """
    tags = {NOW_TAG: now.isoformat()} if now and not is_pretended else {}
    time = pretending(now) if now and is_pretended else nullcontext()
    job = defs().resolve_job_def(BATCH_JOB)
    with dg.DagsterInstance.get() as instance, time:
        return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False).success
