"""A batch that loses the connection with the writer's lock stops; the next one does its work."""

import psycopg

from integration.pipeline.writer import WRITER_LOCK, WRITING_LOCK
from simulator.company import Company
from tests.commands.program import rows
from tests.databases import new_database
from tests.patience import PATIENCE, wait_until
from tests.pipeline.installation import template_with_tables
from tests.processes.processes import connected_program, kill_group
from tests.processes.waiting import AS_OF, asked, store_deliveries

LOCK_IS_AWAITED = "select exists (select from pg_locks where relation is not null and not granted)"
END_THE_WRITER = """
    select pg_terminate_backend(pid) from pg_locks
    where locktype = 'advisory' and objid = %s and granted
"""


def test_a_batch_that_loses_the_writers_lock_stops_and_loses_nothing(
    server_url: str, company: Company, zoom_url: str
) -> None:
    with (
        new_database(server_url, template=template_with_tables(server_url)) as database_url,
        connected_program(database_url, company, zoom_url=zoom_url) as program,
        psycopg.connect(database_url, autocommit=True) as watcher,
        psycopg.connect(database_url) as blocker,
    ):
        store_deliveries(database_url, company)
        blocker.execute("lock table intermediate.int_presence in access exclusive mode")
        with program.start("batch", "--now", AS_OF) as process:
            try:
                wait_until(asked(watcher, LOCK_IS_AWAITED))
                watcher.execute(END_THE_WRITER, [WRITER_LOCK])
                # The running model still holds the lock that keeps other writers out.
                wait_until(lambda: take(watcher, WRITER_LOCK))
                assert not take(watcher, WRITING_LOCK)
                blocker.rollback()
                out, err = process.communicate(timeout=PATIENCE)
            finally:
                kill_group(process)
        assert process.returncode == 1, err[-2000:]
        assert "The connection that held the writer's lock has ended" in out + err
        assert rows(database_url, "select count(*) from timeline.sessions") == [(0,)]
        watcher.execute("select pg_advisory_unlock_all()")

        assert program("batch", "--now", AS_OF).code == 0
        assert rows(database_url, "select count(*) > 0 from timeline.sessions") == [(True,)]
        checked = program("rebuild", "--check")
        assert checked.code == 0, checked.text[-2000:]
        assert " only in the live table, " not in checked.out, checked.text[-2000:]


def take(connection: psycopg.Connection, lock: int) -> bool:
    return connection.execute("select pg_try_advisory_lock(%s)", [lock]).fetchone()[0]
