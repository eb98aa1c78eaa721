"""The migration that adds what a subscription lacks keeps nobody waiting for the connections."""

import threading

from integration.database.postgres import connect
from tests.databases import apply_migrations, new_database
from tests.patience import PATIENCE, wait_until

WAITING = """
    select count(*) > 0 from pg_locks
    where relation = 'integration.connections'::regclass and mode = 'AccessExclusiveLock'
        and not granted
"""
ADDED = """
    select count(*) from pg_attribute
    where attrelid = 'integration.connections'::regclass and attname = 'received_events'
"""


def test_connections_are_read_while_the_migration_waits_for_somebody(server_url: str) -> None:
    """Every page and every figure waited behind it, for as long as somebody else read."""
    with new_database(server_url, template="template1") as url:
        apply_migrations(url, to="0040")
        with (
            connect(url, at_any_schema=True) as analyst,
            connect(url, at_any_schema=True, autocommit=True) as page,
        ):
            analyst.execute("select count(*) from integration.connections")
            migration = threading.Thread(target=apply_migrations, args=[url], kwargs={"to": "0041"})
            migration.start()
            wait_until(lambda: page.execute(WAITING).fetchall() == [(True,)])
            page.execute(f"set statement_timeout = {round(PATIENCE * 1000)}")
            page.execute("select count(*) from integration.connections")
            assert migration.is_alive()
            assert page.execute(ADDED).fetchall() == [(0,)]
            analyst.rollback()
            migration.join(PATIENCE)
            assert page.execute(ADDED).fetchall() == [(1,)]
