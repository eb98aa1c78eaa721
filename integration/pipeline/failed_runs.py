"""Records failed Dagster runs for `status` and the page."""

import psycopg


def record_failed_run(
    connection: psycopg.Connection, *, run_id: str, job: str, steps: list[str], checks: list[str]
) -> None:
    """Records a failed run, its failed steps and failed checks, but no message, which could contain
    personal data.
    """
    connection.execute(
        """
        insert into pipeline.run_failures (run_id, job, steps, checks, number)
        select %(run)s, %(job)s, %(steps)s::text[], %(checks)s::text[],
            coalesce(max(number), 0) + 1
        from pipeline.run_failures where job = %(job)s
        on conflict (run_id) do nothing
        """,
        {"run": run_id, "job": job, "steps": steps, "checks": checks},
    )
