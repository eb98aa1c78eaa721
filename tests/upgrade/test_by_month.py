"""The migration that stores the ledger by month changes nothing for its readers and writers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import DBAPIError

from integration.database.postgres import connect
from integration.database.schema_version import known_schemas
from integration.web.receiver.deliveries import INSERT_DELIVERY
from tests.databases import apply_migrations, new_database
from tests.patience import PATIENCE, wait_until

BEFORE = "0034"
DELIVERY = {
    "event": "meeting.ended", "zoom_account_id": "an account", "disposition": "waiting",
    "reason": None, "body": b"{}", "body_size": 2, "body_sha256": "digest",
}  # fmt: skip
# As dbt creates them, with everything that a view may have, and what others may have added.
VIEWS = """
    set role pipeline;
    create view staging.stg_ingress__deliveries with (security_barrier = true) as
        select delivery_id, event, received_at, body_size as body_bytes from ingress.deliveries
        where event is not null;
    comment on view staging.stg_ingress__deliveries is 'One row per delivery';
    comment on column staging.stg_ingress__deliveries.event is 'Its name';
    create view operations.deliveries as
        select delivery_id, event from staging.stg_ingress__deliveries;
    create view operations.counted as
        select count(*) as count from ingress.deliveries
        inner join operations.deliveries using (delivery_id);
    grant select (event) on staging.stg_ingress__deliveries to analyst;
    grant select on operations.deliveries to page with grant option;
    reset role;
    create publication ledger for table ingress.deliveries;
    grant select (event, received_at), update (reason) on ingress.deliveries to analyst;
    grant delete on ingress.deliveries to page with grant option;
"""
VIEWS_FOUND = """
    select
        oid::regclass::text, oid, relowner::regrole::text, relacl::text, reloptions,
        pg_get_viewdef(oid), obj_description(oid),
        (
            select array_agg((attname, attacl, col_description(oid, attnum))::text order by attnum)
            from pg_attribute where attrelid = pg_class.oid
        )
    from pg_class where relkind = 'v' and relnamespace::regnamespace::text in
        ('staging', 'operations')
    order by 1
"""
# Attributes may have other numbers.
TABLE_FOUND = """
    select relowner::regrole::text, relacl::text, (
        select array_agg(
            (attname, atttypid::regtype, attnotnull, attacl, attcollation::regcollation)::text
            order by attname
        )
        from pg_attribute
        where attrelid = pg_class.oid and attnum > 0 and not attisdropped
    )
    from pg_class where oid = 'ingress.deliveries'::regclass
"""
LEDGER = "select to_jsonb(deliveries) from ingress.deliveries order by delivery_id"


@contextmanager
def earlier_database(server_url: str) -> Iterator[str]:
    """With the schema of before, and 50 deliveries."""
    with new_database(server_url, template="template1") as url:
        apply_migrations(url, to=BEFORE)
        with connect(url, at_any_schema=True, autocommit=True) as owner:
            owner.execute("set role receiver")
            for _ in range(50):
                owner.execute(INSERT_DELIVERY, DELIVERY)
        yield url


def test_rows_views_grants_and_publications_stay(server_url: str) -> None:
    with earlier_database(server_url) as url:
        with connect(url, at_any_schema=True) as owner:
            owner.execute(VIEWS)
            before = [owner.execute(each).fetchall() for each in (VIEWS_FOUND, TABLE_FOUND, LEDGER)]
        apply_migrations(url, to=known_schemas()[-1])
        with connect(url) as owner:
            after = [owner.execute(each).fetchall() for each in (VIEWS_FOUND, TABLE_FOUND, LEDGER)]
            assert after == before
            assert len(before[0]) == 3
            owner.execute("set role receiver")
            owner.execute(INSERT_DELIVERY, DELIVERY)
            owner.execute("reset role")
            assert owner.execute("select count from operations.counted").fetchone() == (51,)
            ids = "select min(delivery_id), max(delivery_id), count(*) from ingress.deliveries"
            assert owner.execute(ids).fetchone() == (1, 51, 51)
            updated = owner.execute("update ingress.deliveries set reason = 'published, too'")
            assert updated.rowcount == 51
            published = (
                "select prrelid::regclass::text, pubviaroot from pg_publication_rel "
                "inner join pg_publication on pg_publication.oid = prpubid"
            )
            assert owner.execute(published).fetchall() == [("ingress.deliveries", True)]
            left = (
                "select attrelid::regclass::text from pg_attribute inner join pg_class "
                "on pg_class.oid = attrelid where relispartition and relkind = 'r' "
                "and (relacl::text like '%%receiver%%' or attacl is not null and "
                "cardinality(attacl) > 0)"
            )
            assert owner.execute(left).fetchall() == []


def test_no_receiver_is_refused_and_a_long_query_is_waited_for(server_url: str) -> None:
    with earlier_database(server_url) as url, connect(url, at_any_schema=True) as analyst:
        with connect(url, at_any_schema=True) as owner:
            owner.execute(VIEWS)
        stored, is_over = [], threading.Event()

        def receive() -> None:
            with connect(url, role="receiver", autocommit=True, at_any_schema=True) as receiver:
                while not is_over.is_set():
                    receiver.execute(INSERT_DELIVERY, DELIVERY)
                    stored.append(1)

        analyst.execute("select count(*) from operations.counted")
        threads = [threading.Thread(target=receive) for _ in range(2)]
        migration = threading.Thread(target=apply_migrations, args=[url], kwargs={"to": "0035"})
        for thread in (*threads, migration):
            thread.start()
        # It tries again and again, and the others go on in between.
        for _ in range(3):
            count = len(stored)
            wait_until(lambda count=count: len(stored) > count + 20)
        assert migration.is_alive()
        analyst.rollback()
        migration.join(PATIENCE)
        count = len(stored)
        wait_until(lambda: len(stored) > count + 20)
        is_over.set()
        for thread in threads:
            thread.join(PATIENCE)
        found = analyst.execute("select count(*), count(distinct delivery_id) from "
                                "ingress.deliveries").fetchone()  # fmt: skip
        assert found == (50 + len(stored), 50 + len(stored))
        parts = "select relkind from pg_class where oid = 'ingress.deliveries'::regclass"
        assert analyst.execute(parts).fetchone() == ("p",)


@pytest.mark.parametrize(
    "dependent",
    [
        "create materialized view operations.kept as select event from ingress.deliveries",
        "create trigger copied after insert on ingress.deliveries "
        "execute function suppress_redundant_updates_trigger()",
    ],
)
def test_what_would_be_left_behind_is_named_and_nothing_changes(
    dependent: str, server_url: str
) -> None:
    with earlier_database(server_url) as url:
        with connect(url, at_any_schema=True) as owner:
            owner.execute(dependent)
        name = dependent.split()[2 if "trigger" in dependent else 3]
        with pytest.raises(DBAPIError, match=f"Drop what depends on it.*{name}"):
            apply_migrations(url, to="0036")
        with connect(url, at_any_schema=True) as owner:
            kind, rows = owner.execute(
                "select relkind, (select count(*) from ingress.deliveries) from pg_class "
                "where oid = 'ingress.deliveries'::regclass"
            ).fetchone()  # fmt: skip
            assert (kind, rows) == ("r", 50)
            drop = "drop trigger copied on ingress.deliveries"
            owner.execute(drop if "trigger" in dependent else f"drop materialized view {name}")
        apply_migrations(url, to="0036")
