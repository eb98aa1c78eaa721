"""Runs that failed, for people who do not read Dagster."""

import psycopg


def note_failure(
    connection: psycopg.Connection, *, run_id: str, job: str, steps: list[str], checks: list[str]
) -> None:
    """Which run failed, where, and which checks found something. No message: it could hold personal
    data.
    """
    connection.execute(
        """
        insert into pipeline.run_failures (run_id, job, steps, checks) values (%s, %s, %s, %s)
        on conflict (run_id) do nothing
        """,
        [run_id, job, steps, checks],
    )
