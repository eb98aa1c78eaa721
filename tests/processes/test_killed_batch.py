"""kill -9 of a batch, while it lands and while dbt derives: the next one finishes its work."""

import signal
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from integration.database.postgres import connect
from integration.pipeline.facts import settings_have_changed
from integration.pipeline.writer import WRITER_LOCK
from simulator.company import Company
from tests.commands.program import Program, rows
from tests.databases import new_database
from tests.patience import wait_until
from tests.pipeline.installation import template_with_tables
from tests.processes.processes import connected_program, kill_group
from tests.processes.waiting import AS_OF, asked, store_deliveries

TABLES = {
    "timeline.sessions": "session_id",
    "timeline.participants": "participant_id",
    "timeline.activities": "activity_id",
    "operations.outcomes": "participant_id",
}
Pair = tuple[str, str]


def kill_batch_when(program: Program, happened: Callable[[], bool]) -> None:
    with program.start("batch", "--now", AS_OF) as process:
        try:
            wait_until(lambda: process.poll() is not None or happened(), every=0.005)
        finally:
            kill_group(process)
    assert process.returncode == -signal.SIGKILL, "it had ended before"


WHILE_LANDING = """
    select exists (select from pipeline.batches where finished_at is null and landed_at is null)
        and exists (select from ingress.deliveries where disposition = 'landed')
"""
WHILE_DERIVING = """
    select exists (select from intermediate.int_touched_sessions)
        and not exists (select from operations.outcomes)
"""


@pytest.fixture(scope="module")
def databases(server_url: str, company: Company, zoom_url: str) -> Iterator[Pair]:
    """One where two batches were killed before one succeeded, and an undisturbed one."""
    with (
        new_database(server_url, template=template_with_tables(server_url)) as disturbed,
        new_database(server_url, template=template_with_tables(server_url)) as undisturbed,
        connected_program(disturbed, company, zoom_url=zoom_url) as program,
        connected_program(undisturbed, company, zoom_url=zoom_url) as calm_program,
        psycopg.connect(disturbed, autocommit=True) as watcher,
    ):
        waiting = store_deliveries(disturbed, company)
        assert waiting == store_deliveries(undisturbed, company)

        kill_batch_when(program, asked(watcher, WHILE_LANDING))
        left = rows(
            disturbed, "select count(*) from ingress.deliveries where disposition = 'waiting'"
        )
        assert 0 < left[0][0] < waiting, "it was not killed while it landed"

        kill_batch_when(program, asked(watcher, WHILE_DERIVING))
        for one in (program, calm_program):
            answer = one("batch", "--now", AS_OF)
            assert answer.code == 0, answer.err[-1000:]
        yield disturbed, undisturbed


def both(databases: Pair, query: str) -> list[list[tuple[Any, ...]]]:
    return [rows(url, query) for url in databases]


def test_every_event_is_landed_once_and_nothing_waits(databases: Pair) -> None:
    query = """
        select organization_id, event_id, session_id, fields, first_received_at
        from zoom_raw.events order by event_id
    """
    disturbed, undisturbed = both(databases, query)
    assert len(disturbed) > 1000
    assert disturbed == undisturbed


def test_every_delivery_has_one_disposition_and_the_sums_match(databases: Pair) -> None:
    query = "select disposition, count(*) from operations.deliveries group by 1 order by 1"
    disturbed, undisturbed = both(databases, query)
    assert disturbed == undisturbed
    assert {name for name, _ in disturbed} == {"landed", "duplicate"}


@pytest.mark.parametrize("table", TABLES)
def test_the_table_equals_that_of_the_undisturbed_database(table: str, databases: Pair) -> None:
    query = f"select * from {table} order by {TABLES[table]}"  # noqa: S608  (the names above)
    disturbed, undisturbed = both(databases, query)
    assert undisturbed
    assert disturbed == undisturbed


def test_every_batch_counts_as_finished(databases: Pair) -> None:
    query = "select batch, as_of, finished_at is not null from pipeline.batches order by batch"
    disturbed, undisturbed = both(databases, query)
    as_of = undisturbed[0][1]
    assert undisturbed == [(1, as_of, True)]
    assert disturbed == [(1, as_of, True), (2, as_of, True), (3, as_of, True)]


def test_nothing_is_left_to_do(databases: Pair) -> None:
    query = "select count(*) from pipeline.setting_changes"
    assert both(databases, query) == [[(0,)], [(0,)]]
    for url in databases:
        with connect(url, role="pipeline") as connection:
            assert not settings_have_changed(connection)


def test_no_lock_is_left_behind(databases: Pair) -> None:
    with psycopg.connect(databases[0], autocommit=True) as connection:
        locks = connection.execute(
            "select locktype from pg_locks where locktype = 'advisory' and database = "
            "(select oid from pg_database where datname = current_database())"
        ).fetchall()
        is_free = connection.execute("select pg_try_advisory_lock(%s)", [WRITER_LOCK]).fetchone()
    assert (locks, is_free) == ([], (True,))


def test_no_table_of_a_killed_run_is_left_behind(databases: Pair) -> None:
    query = """
        select schemaname, tablename from pg_tables
        where schemaname not in ('dagster', 'pg_catalog', 'information_schema')
        order by 1, 2
    """
    disturbed, undisturbed = both(databases, query)
    assert disturbed == undisturbed
