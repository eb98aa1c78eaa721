"""`python -m orchestration.batch [TIME]`: the 20-minute job once, now, in this process, recorded in
Dagster's instance.
"""

import sys
from datetime import datetime

import dagster as dg

from orchestration.definitions import defs
from orchestration.resources import NOW_TAG


def run_batch(*, now: datetime | None) -> bool:
    """Runs the job; whether every step succeeded."""
    tags = {NOW_TAG: now.isoformat()} if now else {}
    job = defs().resolve_job_def("zoom_batch")
    with dg.DagsterInstance.get() as instance:
        return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False).success


if __name__ == "__main__":
    given = datetime.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else None
    sys.exit(0 if run_batch(now=given) else 1)
