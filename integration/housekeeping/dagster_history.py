"""Deletes Dagster's runs after a time, with their events and logs.

Dagster's own interface opens five connections for each run and deletes each event twice: with a
year of runs waiting, that takes longer than a night. So this deletes from its tables, in small
steps, and pauses after each one as long as it took.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import psycopg

from integration.database import rows

RUNS_AT_ONCE = 50  # about 12,000 events
ROWS_AT_ONCE = 5000
LONGEST_PAUSE_SECONDS = 5.0
FINISHED = ["SUCCESS", "FAILURE", "CANCELED"]

# Dagster shows when an asset was last materialized and what its checks last found. These runs are
# kept whatever their age; there are at most as many as assets and checks.
LATEST_RUNS = """
    select latest.run_id
    from dagster.asset_keys
    cross join lateral (
        select event_logs.run_id from dagster.event_logs
        where event_logs.asset_key = asset_keys.asset_key
            and event_logs.dagster_event_type = 'ASSET_MATERIALIZATION'
        order by event_logs.id desc
        limit 1
    ) as latest
    union
    select last_run_id from dagster.asset_keys where last_run_id is not null
    union
    (
        select distinct on (asset_key, check_name) run_id from dagster.asset_check_executions
        where run_id is not null
        order by asset_key, check_name, id desc
    )
"""
OLD_RUNS = """
    select run_id from dagster.runs
    where status = any(%(finished)s) and update_timestamp < %(before)s
        and run_id <> all(%(kept)s)
    order by id
    limit %(limit)s
"""
DELETE_TAGS_OF_EVENTS = """
    delete from dagster.asset_event_tags where event_id in (
        select id from dagster.event_logs where run_id = any(%(runs)s) and asset_key is not null
    )
"""
DELETE_EVENTS = "delete from dagster.event_logs where run_id = any(%(runs)s)"
DELETE_RUNS = "delete from dagster.runs where run_id = any(%(runs)s)"  # and their tags
DELETE_CHECKS = """
    delete from dagster.asset_check_executions where id in (
        select checks.id from dagster.asset_check_executions as checks
        where checks.create_timestamp < %(before)s and checks.run_id <> all(%(kept)s)
        order by checks.id
        limit %(limit)s
    )
"""
# Changes to assets' freshness belong to no run. Of each asset, the last one is its state.
DELETE_STATES = """
    delete from dagster.event_logs where id in (
        select states.id from dagster.event_logs as states
        where states.run_id = '' and states.timestamp < %(before)s
            and exists (
                select from dagster.event_logs as later
                where later.asset_key = states.asset_key
                    and later.dagster_event_type = states.dagster_event_type
                    and later.id > states.id
            )
        order by states.id
        limit %(limit)s
    )
"""


@dataclass
class Deleted:
    """What was deleted, and in how many steps. `is_all` is False if time was up before."""

    runs: int = 0
    events: int = 0
    checks: int = 0
    steps: int = 0
    longest_step_seconds: float = 0.0
    is_all: bool = False


def delete_old_history(
    connection: psycopg.Connection,
    *,
    now: datetime,
    days: int,
    seconds: float,
    delete_logs: Callable[[str], None],
    pause: Callable[[float], None] = sleep,
) -> Deleted:
    """Deletes the finished runs that last changed more than `days` before `now`, and what is as old
    and belongs to no run. Ends after `seconds`; the next night's run continues.

    `connection` is an autocommit connection; `delete_logs` deletes the files of a run.
    """
    before = now.astimezone(UTC).replace(tzinfo=None) - timedelta(days=days)  # as Dagster stores it
    old = {"before": before, "kept": rows.scalars(connection, str, LATEST_RUNS)}
    deleted = Deleted()

    def runs() -> int:
        found = rows.scalars(
            connection, str, OLD_RUNS, {**old, "finished": FINISHED, "limit": RUNS_AT_ONCE}
        )
        for run_id in found:  # first, because a deleted run is not found again
            delete_logs(run_id)
        with connection.transaction():
            connection.execute(DELETE_TAGS_OF_EVENTS, {"runs": found})
            deleted.events += connection.execute(DELETE_EVENTS, {"runs": found}).rowcount
            connection.execute(DELETE_RUNS, {"runs": found})
        deleted.runs += len(found)
        return len(found)

    def checks() -> int:
        count = connection.execute(DELETE_CHECKS, {**old, "limit": ROWS_AT_ONCE}).rowcount
        deleted.checks += count
        return count

    def states() -> int:
        count = connection.execute(
            DELETE_STATES, {"before": before, "limit": ROWS_AT_ONCE}
        ).rowcount
        deleted.events += count
        return count

    until = monotonic() + seconds
    deleted.is_all = all(_repeat(step, deleted, until, pause) for step in (runs, checks, states))
    return deleted


def _repeat(
    step: Callable[[], int], deleted: Deleted, until: float, pause: Callable[[float], None]
) -> bool:
    """Repeats the step until it finds nothing, and returns True, or False when time is up."""
    while (started := monotonic()) < until:
        count = step()
        took = monotonic() - started
        deleted.steps += 1
        deleted.longest_step_seconds = max(deleted.longest_step_seconds, took)
        if not count:
            return True
        pause(min(took, LONGEST_PAUSE_SECONDS))
    return False
