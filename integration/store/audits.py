"""The nightly audit: when it passed last, and since when it has not."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

AUDIT_JOB = "nightly_audit"


@dataclass(frozen=True)
class Audit:
    """`failed_since` is the first failure after the last pass, `steps` the steps of the newest one.
    Both are empty while the audit passes.
    """

    passed_at: datetime | None
    failed_since: datetime | None
    steps: list[str]


def note_audit_passed(connection: psycopg.Connection, *, now: datetime) -> None:
    connection.execute(
        """
        insert into pipeline.passed_jobs (job, passed_at) values (%s, %s)
        on conflict (job) do update
            set passed_at = greatest(passed_jobs.passed_at, excluded.passed_at)
        """,
        [AUDIT_JOB, now],
    )


def latest_audit(connection: psycopg.Connection) -> Audit:
    cursor = connection.cursor(row_factory=class_row(Audit))
    return cursor.execute(
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
        {"job": AUDIT_JOB},
    ).fetchone()
