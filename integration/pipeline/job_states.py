"""Reads since when a job has been failing. Only a later success of the same job ends its failure: a
batch does not end the failure of an audit.
"""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows

BATCH_JOB = "zoom_batch"
AUDIT_JOB = "nightly_audit"


@dataclass(frozen=True)
class JobState:
    """`failed_since` is the first failure after the last success, `steps` are the failed steps of
    the newest failure. Both are empty while the job succeeds.
    """

    passed_at: datetime | None
    failed_since: datetime | None
    steps: list[str]


def record_passed_job(connection: psycopg.Connection, job: str, *, now: datetime) -> None:
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
