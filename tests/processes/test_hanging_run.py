"""A hanging run is stopped, with its statement in the database, and the next run works."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from integration.commands.processes import environment
from integration.pipeline.run_lock import held_runs, key_of
from integration.pipeline.writer import WRITER_LOCK
from integration.settings import PROJECT, read_settings
from simulator.company import Company
from tests.commands.program import Program, rows
from tests.databases import new_database
from tests.patience import PATIENCE, wait_until
from tests.pipeline.installation import template_with_tables
from tests.processes.processes import connected_program, kill_group

NOW = "2025-03-05T12:00:00Z"
# Every command links the product's own dagster.yaml into the other home, whatever is there.
QUICK = "quick-dagster"
LOCK = "lock table intermediate.int_outcomes in access exclusive mode"
LATEST_BATCH = "select run_id from pipeline.batches where as_of = %s order by batch desc limit 1"
# Only for this table: Dagster's programs wait for each other when they create theirs.
WAITING = "relation = 'intermediate.int_outcomes'::regclass and not granted"
WRITING = """
    locktype = 'advisory' and objid = %(writer)s
    and database = (select oid from pg_database where datname = current_database())
"""


@pytest.fixture(scope="module")
def program(server_url: str, company: Company, zoom_url: str) -> Iterator[Program]:
    """Its tables exist, it has run no batch, and its daemon checks runs every second."""
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        connected_program(url, company, zoom_url=zoom_url) as program,
    ):
        home = program.home / QUICK
        home.mkdir()
        settings = (PROJECT / "dagster.yaml").read_text()
        assert "run_monitoring:\n" in settings
        quick = settings.replace(
            "run_monitoring:\n", "run_monitoring:\n  poll_interval_seconds: 1\n"
        )
        (home / "dagster.yaml").write_text(quick)
        yield program


@pytest.fixture
def watcher(program: Program) -> Iterator[psycopg.Connection]:
    with psycopg.connect(program.settings["DATABASE_URL"], autocommit=True) as connection:
        yield connection


@contextmanager
def locked(program: Program) -> Iterator[None]:
    """Locks a table against every statement while the block runs."""
    with psycopg.connect(program.settings["DATABASE_URL"]) as connection:
        connection.execute(LOCK)
        yield
        connection.rollback()


def is_waiting(watcher: psycopg.Connection) -> bool:
    return bool(backends(watcher, WAITING))


def is_lock_free(watcher: psycopg.Connection) -> bool:
    return not backends(watcher, WRITING)


def backends(watcher: psycopg.Connection, lock: str) -> set[int]:
    """The sessions that have such a lock or wait for it."""
    query = f"select pid from pg_locks where {lock}"  # noqa: S608 - our own texts
    found = watcher.execute(query, {"writer": WRITER_LOCK})
    return {pid for (pid,) in found}


def still_there(watcher: psycopg.Connection, sessions: set[int]) -> bool:
    return watcher.execute(
        "select exists (select from pg_stat_activity where pid = any(%s))", [list(sessions)]
    ).fetchone()[0]


def started_run(watcher: psycopg.Connection) -> str:
    """The only one: no more than one run that writes is started at a time."""
    ((run_id,),) = watcher.execute(
        "select run_id from dagster.runs where status = 'STARTED'"
    ).fetchall()
    return run_id


def failures(watcher: psycopg.Connection) -> list[str]:
    """What failed in a step of any run."""
    if watcher.execute("select to_regclass('dagster.event_logs')").fetchone() == (None,):
        return []
    found = watcher.execute(
        "select event from dagster.event_logs where dagster_event_type in "
        "('STEP_FAILURE', 'PIPELINE_FAILURE')"
    )
    return [event for (event,) in found]


def status_of(watcher: psycopg.Connection, run_id: str) -> str:
    ((status,),) = watcher.execute("select status from dagster.runs where run_id = %s", [run_id])
    return status


def latest_run(watcher: psycopg.Connection) -> tuple[str, str]:
    return watcher.execute(
        "select run_id, status from dagster.runs order by id desc limit 1"
    ).fetchone()


def step_failure(watcher: psycopg.Connection, run_id: str) -> str:
    ((event,),) = watcher.execute(
        "select event from dagster.event_logs where run_id = %s and "
        "dagster_event_type = 'STEP_FAILURE'",
        [run_id],
    ).fetchall()
    return event


def models_built(watcher: psycopg.Connection, run_id: str) -> int:
    """How many dbt models the run had built when it was stopped."""
    return watcher.execute(
        "select count(*) from dagster.event_logs where run_id = %s and step_key = 'dbt_models' "
        "and dagster_event_type = 'ASSET_MATERIALIZATION'",
        [run_id],
    ).fetchone()[0]


@contextmanager
def dagster(program: Program, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of Dagster's programs, in the product's environment."""
    settings = read_settings(program.environment(), dotenv=Path(os.devnull))
    env = {**program.environment(), **environment(settings, program.settings["DATABASE_URL"])}
    env["DAGSTER_HOME"] = str(program.home / QUICK)
    with (program.home / f"{arguments[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name(arguments[0]), *arguments[1:]],
            cwd=PROJECT,
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill_group(process)


def test_a_run_that_takes_too_long_is_stopped_and_recorded_as_failed(
    program: Program, watcher: psycopg.Connection
) -> None:
    """The daemon may start another run before or after it, for the new connection."""
    with (
        dagster(program, "dagster-daemon", "run", "-w", "workspace.yaml"),
        dagster(
            program, "dagster", "job", "launch", "-j", "zoom_batch", "-w", "workspace.yaml"
        ) as launch,
    ):
        with locked(program):
            assert launch.wait(PATIENCE) == 0, (program.home / "dagster.log").read_text()[-2000:]
            wait_until(lambda: is_waiting(watcher) or failures(watcher), every=0.2)
            assert failures(watcher) == []
            run_id, sessions = started_run(watcher), backends(watcher, f"{WAITING} or {WRITING}")
            limit(program, run_id, seconds=1)
            wait_until(lambda: status_of(watcher, run_id) == "FAILURE", every=0.2)
            wait_until(lambda: not still_there(watcher, sessions), every=0.2)
        next_one = program("batch", "--now", NOW)
        url = program.settings["DATABASE_URL"]
        wait_until(
            lambda: rows(url, "select job from pipeline.run_failures") == [("zoom_batch",)],
            every=0.2,
        )
    assert next_one.code == 0, next_one.err[-2000:]
    ((its_run,),) = rows(url, LATEST_BATCH, NOW)
    assert status_of(watcher, its_run) == "SUCCESS"


def limit(program: Program, run_id: str, *, seconds: int) -> None:
    """Sets a shorter limit than the job's, because this run is known to hang."""
    code = (
        "import sys, dagster as dg\n"
        "with dg.DagsterInstance.get() as instance:\n"
        "    instance.add_run_tags(sys.argv[1], {'dagster/max_runtime': sys.argv[2]})\n"
    )
    with dagster(program, "python", "-c", code, run_id, str(seconds)) as process:
        assert process.wait(PATIENCE) == 0


def test_ctrl_c_stops_a_batch_and_its_statement_and_says_so(
    program: Program, watcher: psycopg.Connection
) -> None:
    with locked(program), program.start("batch", "--now", NOW) as process:
        try:
            wait_until(lambda: is_waiting(watcher), every=0.1)
            os.killpg(process.pid, signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE)
        finally:
            kill_group(process)
        assert not is_waiting(watcher)
        assert is_lock_free(watcher)
    run_id, status = latest_run(watcher)
    said = step_failure(watcher, run_id)
    assert process.returncode == 1
    assert "The batch failed" in err
    assert status == "FAILURE"
    assert "Canceled while dbt was running." in said
    assert "stopped before it finished" not in said
    assert models_built(watcher, run_id) > 0


def test_the_waiting_statement_of_a_killed_run_ends(
    program: Program, watcher: psycopg.Connection
) -> None:
    """Postgres notices that its client has disconnected. The run's lock shows it to Dagster."""
    with locked(program):
        with program.start("batch", "--now", NOW) as process:
            try:
                wait_until(lambda: is_waiting(watcher), every=0.1)
                run_id, status = latest_run(watcher)
                assert (held_runs(watcher), status) == ({key_of(run_id)}, "STARTED")
            finally:
                kill_group(process)
        wait_until(lambda: not is_waiting(watcher), every=0.2)
        assert is_lock_free(watcher)
        assert held_runs(watcher) == set()
