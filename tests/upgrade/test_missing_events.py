"""The migration that adds what a subscription lacks keeps nobody waiting for the connections, and
reports no days that nobody could heal before.
"""

import threading
from datetime import UTC, datetime, timedelta

from integration.database.postgres import connect
from tests.databases import apply_migrations, new_database
from tests.patience import PATIENCE, wait_until

WAITING = """
    select count(*) > 0 from pg_locks
    where relation = 'integration.connections'::regclass and mode = 'AccessExclusiveLock'
        and not granted
"""
OLD_CONNECTION = """
    insert into worksights.organizations (organization_id, name) values ('firm', 'Firm');
    insert into integration.connections
        (organization_id, zoom_account_id, connected_at, users_imported_at)
    values ('firm', 'zoom-firm', '2026-01-01', '2026-01-01')
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


def test_days_before_the_update_are_not_reported_as_unhealed(server_url: str) -> None:
    """All of them are due at once; a large installation needs many hours for them."""
    with new_database(server_url, template="template1") as url:
        apply_migrations(url, to="0040")
        with connect(url, at_any_schema=True) as owner:
            owner.execute(OLD_CONNECTION)
        apply_migrations(url, to="0041")
        day = timedelta(days=1)
        with connect(url, at_any_schema=True) as owner:
            [(today,)] = owner.execute("select healed_since from integration.connections")
            assert abs(today - datetime.now(tz=UTC).date()) <= day
            unhealed = "select accounts from integration.unhealed_days(%s, %s)"
            assert owner.execute(unhealed, [today - 7 * day, today - day]).fetchall() == [(0,)]
            assert owner.execute(unhealed, [today - 7 * day, today]).fetchall() == [(1,)]
