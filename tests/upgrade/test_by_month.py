"""The migration that stores the ledger by month changes nothing for its readers and writers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import DBAPIError

from integration.database.postgres import connect
from integration.database.schema_version import known_schemas
from integration.web.receiver.deliveries import INSERT_DELIVERY
from tests.databases import apply_migrations, new_database, superuser_of
from tests.patience import PATIENCE, wait_until

BEFORE, AFTER = "0035", "0037"
DELIVERY = {
    "event": "meeting.ended", "zoom_account_id": "an account", "disposition": "waiting",
    "reason": None, "body": b"{}", "body_size": 2, "body_sha256": "digest",
}  # fmt: skip
# As dbt creates them, with everything that a view can have, and what others may have added.
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
    grant usage on schema ingress to analyst;
    grant insert (event, body_size, body_sha256) on ingress.deliveries to analyst;
    comment on table ingress.deliveries is 'The ledger';
    comment on column ingress.deliveries.event is 'Its name';
    alter table ingress.deliveries alter column body set storage external;
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
    select relowner::regrole::text, relacl::text, obj_description(oid), (
        select array_agg(
            (
                attname, attstorage, col_description(attrelid, attnum), atttypid::regtype,
                attnotnull, attacl, attcollation::regcollation
            )::text
            order by attname
        )
        from pg_attribute
        where attrelid = pg_class.oid and attnum > 0 and not attisdropped
    )
    from pg_class where oid = 'ingress.deliveries'::regclass
"""
# The kind of the table, its rows, and what a migration that failed may have left.
UNCHANGED = """
    select
        relkind,
        (select count(*) from ingress.deliveries),
        (select count(*) from pg_constraint where conname = 'deliveries_earlier'),
        (
            select count(*) from pg_proc
            where proname in ('refuse_dependents', 'replacements_of_views', 'take_over',
                'lock_for_a_moment', 'storage_parameters')
        )
    from pg_class where oid = 'ingress.deliveries'::regclass
"""
LEDGER = "select to_jsonb(deliveries) from ingress.deliveries order by delivery_id"


@contextmanager
def earlier_database(server_url: str) -> Iterator[str]:
    """With the schema before the migration, and 50 deliveries."""
    with new_database(server_url, template="template1") as url:
        apply_migrations(url, to=BEFORE)
        with connect(url, at_any_schema=True, autocommit=True) as owner:
            owner.execute("set role receiver")
            for _ in range(50):
                owner.execute(INSERT_DELIVERY, DELIVERY)
        yield url


def test_rows_views_grants_and_comments_stay(server_url: str) -> None:
    with earlier_database(server_url) as url:
        with connect(url, at_any_schema=True) as owner:
            owner.execute(VIEWS)
            before = [owner.execute(each).fetchall() for each in (VIEWS_FOUND, TABLE_FOUND, LEDGER)]
        apply_migrations(url, to=AFTER)
        with connect(url, at_any_schema=True) as owner:
            after = [owner.execute(each).fetchall() for each in (VIEWS_FOUND, TABLE_FOUND, LEDGER)]
            assert after == before
            assert len(before[0]) == 3
            owner.execute("set role receiver")
            owner.execute(INSERT_DELIVERY, DELIVERY)
            owner.execute("reset role")
            assert owner.execute("select count from operations.counted").fetchone() == (51,)
            ids = "select min(delivery_id), max(delivery_id), count(*) from ingress.deliveries"
            assert owner.execute(ids).fetchone() == (1, 51, 51)
            owner.execute("set role analyst")
            owner.execute("insert into ingress.deliveries (event, body_size, body_sha256) "
                          "values ('meeting.ended', 0, '')")  # fmt: skip
            owner.execute("reset role")
            owner.execute("create publication ledger for table ingress.deliveries")
            updated = owner.execute("update ingress.deliveries set reason = 'published, too'")
            assert updated.rowcount == 52
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
        migration = threading.Thread(target=apply_migrations, args=[url], kwargs={"to": "0036"})
        for thread in (*threads, migration):
            thread.start()
        # The migration retries again and again, and the receivers continue in between.
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
    ("dependent", "name", "drop"),
    [
        (
            "create materialized view operations.kept as select event from ingress.deliveries",
            "operations.kept",
            "drop materialized view operations.kept",
        ),
        (
            "create trigger copied after insert on ingress.deliveries "
            "execute function suppress_redundant_updates_trigger()",
            "copied",
            "drop trigger copied on ingress.deliveries",
        ),
        (
            "create publication ledger for table ingress.deliveries (delivery_id, event)",
            "in publication ledger",
            "alter publication ledger drop table ingress.deliveries",
        ),
        (
            "create index mine on ingress.deliveries (event)",
            "index ingress.mine",
            "drop index ingress.mine",
        ),
        (
            "alter table ingress.deliveries enable row level security",
            "row level security",
            "alter table ingress.deliveries disable row level security",
        ),
        (
            "alter table ingress.deliveries replica identity full",
            "its replica identity",
            "alter table ingress.deliveries replica identity default",
        ),
    ],
    ids=["view", "trigger", "publication", "index", "row security", "replica identity"],
)
def test_what_would_be_left_behind_is_named_and_nothing_changes(
    dependent: str, name: str, drop: str, server_url: str
) -> None:
    with earlier_database(server_url) as url:
        with connect(url, at_any_schema=True) as owner:
            owner.execute(dependent)
        with pytest.raises(DBAPIError, match=f"Drop what depends on it.*{name}"):
            apply_migrations(url, to="0036")
        with connect(url, at_any_schema=True) as owner:
            assert owner.execute(UNCHANGED).fetchone() == ("r", 50, 0, 0)
            owner.execute(drop)
        apply_migrations(url, to="0036")


def test_a_migration_that_fails_at_the_end_leaves_nothing_that_refuses_deliveries_later(
    server_url: str,
) -> None:
    """The old release may stay in use beyond the limit of the failed migration."""
    with earlier_database(server_url) as url:
        with connect(url, at_any_schema=True) as owner:
            owner.execute("create table ingress.deliveries_default ()")
        with pytest.raises(DBAPIError, match="deliveries_default"):
            apply_migrations(url, to="0036")
        with connect(url, at_any_schema=True) as owner:
            assert owner.execute(UNCHANGED).fetchone() == ("r", 50, 0, 0)
            owner.execute("drop table ingress.deliveries_default")
        apply_migrations(url, to="0036")


def test_a_publication_of_all_tables_stops_neither_the_migration_nor_an_update(
    server_url: str,
) -> None:
    with earlier_database(server_url) as url:
        with superuser_of(url) as superuser:
            superuser.execute("create publication everything for all tables")
        apply_migrations(url, to="0036")
        with connect(url, at_any_schema=True) as owner:
            owner.execute(INSERT_DELIVERY, DELIVERY)
            assert owner.execute("update ingress.deliveries set batch = 1").rowcount == 51
            assert owner.execute("delete from ingress.deliveries").rowcount == 51


def test_the_first_partition_ends_months_later(server_url: str) -> None:
    """If `migrate` is killed, the limit remains, so it must be months away."""
    with earlier_database(server_url) as url:
        apply_migrations(url, to=known_schemas()[-1])
        with connect(url) as owner:
            months = owner.execute(
                "select extract(month from age(ends_at, date_trunc('month', now()))) "
                "from pipeline.months_of('ingress.deliveries') where starts_at = '-infinity'"
            ).fetchone()
            assert months == (6,)
