"""Since when a job has failed, where only a later run of the same job settles that: an audit's
failure is not over with the next batch.
"""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows

BATCH_JOB = "zoom_batch"
AUDIT_JOB = "nightly_audit"


@dataclass(frozen=True)
class JobState:
    """`failed_since` is the first failure after the last pass, `steps` the failed steps of the
    newest one. Both are empty while the job passes.
    """

    passed_at: datetime | None
    failed_since: datetime | None
    steps: list[str]


def note_job_passed(connection: psycopg.Connection, job: str, *, now: datetime) -> None:
    connection.execute(
        """
        insert into pipeline.passed_jobs (job, passed_at) values (%s, %s)
        on conflict (job) do update
            set passed_at = greatest(passed_jobs.passed_at, excluded.passed_at)
        """,
        [job, now],
    )


def state_of_job(connection: psycopg.Connection, job: str) -> JobState:
    return rows.one(
        connection,
        JobState,
        """
        with passed as (
            select max(passed_at) as passed_at from pipeline.passed_jobs where job = %(job)s
        ),
        failed as (
            select run_failures.failed_at, run_failures.steps
            from pipeline.run_failures
            cross join passed
            where run_failures.job = %(job)s
                and run_failures.failed_at > coalesce(passed.passed_at, '-infinity')
        )
        select
            passed.passed_at,
            (select min(failed_at) from failed) as failed_since,
            coalesce(
                (select steps from failed order by failed_at desc limit 1), '{}'
            ) as steps
        from passed
        """,
        {"job": job},
    )
