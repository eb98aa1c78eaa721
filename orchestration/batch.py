"""`python -m orchestration.batch [--now TIME | --pretend TIME]`: the 20-minute job once, in this
process, recorded in Dagster's instance.
"""

import argparse
import sys
from contextlib import nullcontext
from datetime import datetime

import dagster as dg

from orchestration.definitions import defs
from orchestration.resources import BATCH_JOB, NOW_TAG, pretending


def run_batch(*, now: datetime | None, pretend: datetime | None) -> bool:
    """Runs the job as of `now`, which may not lie ahead, or of `pretend`, which may; whether every
    step succeeded.
    """
    tags = {NOW_TAG: now.isoformat()} if now else {}
    job = defs().resolve_job_def(BATCH_JOB)
    with dg.DagsterInstance.get() as instance, pretending(pretend) if pretend else nullcontext():
        return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False).success


def _main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--now", type=datetime.fromisoformat)
    arguments.add_argument("--pretend", type=datetime.fromisoformat)
    given = arguments.parse_args()
    return 0 if run_batch(now=given.now, pretend=given.pretend) else 1


if __name__ == "__main__":
    sys.exit(_main())
