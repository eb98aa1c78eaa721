"""The migration that says where events and deliveries come from locks one table at a time."""

import threading

from integration.database.postgres import connect
from tests.databases import apply_migrations, new_database
from tests.patience import PATIENCE, wait_until

WITH_SOURCE = """
    select attrelid::regclass::text from pg_attribute
    inner join pg_class on pg_class.oid = attrelid
    where attname = 'source' and not relispartition
        and attrelid::regclass::text in ('zoom_raw.events', 'ingress.deliveries')
    order by 1
"""


def test_events_are_not_locked_while_the_migration_waits_for_the_deliveries(
    server_url: str,
) -> None:
    """Landing stopped for as long as somebody read the ledger."""
    with new_database(server_url, template="template1") as url:
        apply_migrations(url, to="0039")
        with (
            connect(url, at_any_schema=True) as analyst,
            connect(url, at_any_schema=True, autocommit=True) as owner,
        ):
            analyst.execute("select count(*) from ingress.deliveries")
            migration = threading.Thread(target=apply_migrations, args=[url], kwargs={"to": "0040"})
            migration.start()
            wait_until(lambda: owner.execute(WITH_SOURCE).fetchall() == [("zoom_raw.events",)])
            assert migration.is_alive()
            with owner.transaction():
                owner.execute("lock table zoom_raw.events in row exclusive mode nowait")
            analyst.rollback()
            migration.join(PATIENCE)
            both = [("ingress.deliveries",), ("zoom_raw.events",)]
            assert owner.execute(WITH_SOURCE).fetchall() == both
