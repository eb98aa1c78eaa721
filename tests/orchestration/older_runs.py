"""A long history of Dagster's: copies of one real run, older and older, in all of its tables."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

# Copy number 1 is the oldest, and all are younger than the run that is copied.
_COPIES = """
    create temporary table copies as
    select
        number, (md5('run ' || number)::uuid)::text as copy_id,
        %(last)s::timestamptz - (%(copies)s - number) * %(apart)s::interval as at
    from generate_series(1, %(copies)s::bigint) as number;
    create index on copies (number);
    analyze copies
"""
_STATEMENTS = (
    """
    insert into dagster.runs (
        run_id, snapshot_id, pipeline_name, status, run_body, create_timestamp, update_timestamp,
        start_time, end_time
    )
    select
        copy_id, snapshot_id, pipeline_name, status, replace(run_body, run_id, copy_id),
        at at time zone 'UTC', at at time zone 'UTC', extract(epoch from at) - 30,
        extract(epoch from at)
    from copies cross join dagster.runs
    where number between %(from)s and %(to)s and run_id = %(run)s
    """,
    """
    insert into dagster.run_tags (run_id, key, value)
    select copy_id, key, value from copies cross join dagster.run_tags
    where number between %(from)s and %(to)s and run_id = %(run)s
    """,
    """
    insert into dagster.event_logs (
        id, run_id, event, dagster_event_type, timestamp, step_key, asset_key
    )
    select
        id + number * %(events)s, copy_id, replace(event, run_id, copy_id), dagster_event_type,
        at at time zone 'UTC', step_key, asset_key
    from copies cross join dagster.event_logs
    where number between %(from)s and %(to)s and run_id = %(run)s
    """,
    """
    insert into dagster.asset_event_tags (event_id, asset_key, key, value, event_timestamp)
    select
        event_id + number * %(events)s, tags.asset_key, tags.key, tags.value,
        at at time zone 'UTC'
    from copies cross join dagster.asset_event_tags as tags
    inner join dagster.event_logs on event_logs.id = tags.event_id
    where number between %(from)s and %(to)s and event_logs.run_id = %(run)s
    """,
    """
    insert into dagster.asset_check_executions (
        asset_key, check_name, run_id, execution_status, evaluation_event,
        evaluation_event_timestamp, evaluation_event_storage_id,
        materialization_event_storage_id, create_timestamp
    )
    select
        asset_key, check_name, copy_id, execution_status,
        replace(evaluation_event, run_id, copy_id), at at time zone 'UTC',
        evaluation_event_storage_id + number * %(events)s,
        materialization_event_storage_id + number * %(events)s, at at time zone 'UTC'
    from copies cross join dagster.asset_check_executions
    where number between %(from)s and %(to)s and run_id = %(run)s
    """,
)
_FIRST = """
    update dagster.runs set
        create_timestamp = %(first)s::timestamptz at time zone 'UTC',
        update_timestamp = %(first)s::timestamptz at time zone 'UTC'
    where run_id = %(run)s;
    update dagster.event_logs set timestamp = %(first)s::timestamptz at time zone 'UTC'
    where run_id = %(run)s;
    update dagster.asset_check_executions
    set create_timestamp = %(first)s::timestamptz at time zone 'UTC'
    where run_id = %(run)s;
"""


def copy_run(
    connection: psycopg.Connection,
    run_id: str,
    *,
    copies: int,
    last: datetime,
    apart: timedelta,
    at_once: int = 500,
) -> list[str]:
    """Copies the run, which becomes the oldest; the newest copy ended at `last`. Returns the ids,
    the oldest first.
    """
    (first_event, last_event) = connection.execute(
        "select min(id), max(id) from dagster.event_logs"
    ).fetchone() or (0, 0)
    values: dict[str, Any] = {
        "run": run_id,
        "copies": copies,
        "last": last,
        "apart": apart,
        "events": last_event - first_event + 1,
    }
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_COPIES, values)
        cursor.execute(_FIRST, {"run": run_id, "first": last - (copies + 1) * apart})
    for start in range(1, copies + 1, at_once):
        values |= {"from": start, "to": start + at_once - 1}
        for statement in _STATEMENTS:
            connection.execute(statement, values)
    connection.execute(
        "select setval(pg_get_serial_sequence('dagster.event_logs', 'id'), max(id)) "
        "from dagster.event_logs"
    )
    ids = [row[0] for row in connection.execute("select copy_id from copies order by number")]
    connection.execute("drop table copies")
    connection.execute(
        "update dagster.asset_keys set last_run_id = %s where last_run_id = %s", [ids[-1], run_id]
    )
    return [run_id, *ids]


def copy_logs(storage: Path, run_ids: list[str]) -> None:
    """A folder for each run, as Dagster's has it for what a step printed."""
    for run_id in run_ids:
        folder = storage / run_id / "compute_logs"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("step.out", "step.err", "step.complete"):
            (folder / name).write_text("what a step printed\n")
