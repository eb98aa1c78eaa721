"""Reads since when a job has been failing. Only a later success of the same job ends its failure: a
batch does not end the failure of an audit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows

BATCH_JOB = "zoom_batch"
AUDIT_JOB = "nightly_audit"
# Not a job: it "passes" whenever the daemon evaluates the sensor `backlog`.
DAEMON = "dagster_daemon"
SINGLE_ASSETS = "__ASSET_JOB"  # Dagster's name for runs of assets that someone selects
JOBS = (
    *(BATCH_JOB, AUDIT_JOB, "heal"),
    *("erase_due_accounts", "send_monday_digests", "housekeeping"),
    SINGLE_ASSETS,
)


@dataclass(frozen=True)
class JobState:
    """`failed_since` is the first failure after the last success, `steps` and `checks` are the
    failed steps and checks of the newest failure. All are empty while the job succeeds.
    """

    passed_at: datetime | None
    failed_since: datetime | None
    steps: list[str]
    checks: list[str]


def record_passed_job(connection: psycopg.Connection, job: str, *, now: datetime) -> None:
    """Replaces an earlier time, and one from a clock that was ahead."""
    connection.execute(
        """
        insert into pipeline.passed_jobs (job, passed_at) values (%s, %s)
        on conflict (job) do update set passed_at = excluded.passed_at
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
            select run_failures.failed_at, run_failures.steps, run_failures.checks
            from pipeline.run_failures
            cross join passed
            where run_failures.job = %(job)s
                and run_failures.failed_at > coalesce(passed.passed_at, '-infinity')
        )
        select
            passed.passed_at,
            (select min(failed_at) from failed) as failed_since,
            coalesce(newest.steps, '{}') as steps,
            coalesce(newest.checks, '{}') as checks
        from passed
        left join lateral (
            select steps, checks from failed order by failed_at desc limit 1
        ) as newest on true
        """,
        {"job": job},
    )


def newest_failed_checks(connection: psycopg.Connection, job: str) -> list[str]:
    """The failed checks of the job's newest failure, even if the job has succeeded since."""
    return (
        rows.maybe_scalar(
            connection,
            list,
            """
            select checks from pipeline.run_failures where job = %s
            order by failed_at desc
            limit 1
            """,
            [job],
        )
        or []
    )


def failures_of_jobs(connection: psycopg.Connection) -> Mapping[str, int]:
    """Job -> how many of its runs have ever failed."""
    return dict(
        connection.execute(
            """
            select jobs.job, coalesce(latest.number, 0)
            from unnest(%s::text[]) as jobs (job)
            left join lateral (
                select number from pipeline.run_failures
                where run_failures.job = jobs.job and number is not null
                order by failed_at desc
                limit 1
            ) as latest on true
            """,
            [list(JOBS)],
        ).fetchall()
    )
