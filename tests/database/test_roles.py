"""What each role may do, checked in the database after a batch has created every table."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from integration.database.postgres import connect
from integration.settings import PROJECT
from simulator.world import World
from tests.pipeline.installation import Installation, new_installation

PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def derived(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Installation]:
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        installation.batch(now=NOW)
        yield installation


def rights(installation: Installation, role: str) -> dict[str, dict[str, set[str]]]:
    """{schema: {table: what the role may do there, for the whole table or some columns of it}}."""
    found = installation.execute(
        """
        select nspname, relname, privilege
        from pg_class
        inner join pg_namespace on pg_namespace.oid = relnamespace
        cross join unnest(%s::text[]) as privilege
        where relkind in ('r', 'v', 'm', 'p') and nspname !~ '^(pg_|information_schema)'
            and has_schema_privilege(%s, pg_namespace.oid, 'USAGE')
            and case
                when privilege in ('DELETE', 'TRUNCATE', 'TRIGGER')
                    then has_table_privilege(%s, pg_class.oid, privilege)
                else has_any_column_privilege(%s, pg_class.oid, privilege)
            end
        """,
        [list(PRIVILEGES), role, role, role],
    )
    by_schema: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for schema, table, privilege in found:
        by_schema[schema][table].add(privilege)
    return {schema: dict(tables) for schema, tables in by_schema.items()}


def test_an_analyst_reads_the_marts_and_nothing_else(derived: Installation) -> None:
    marts = ("timeline", "clientsights", "operations")
    tables = derived.execute(
        """
        select nspname, relname from pg_class
        inner join pg_namespace on pg_namespace.oid = relnamespace
        where relkind in ('r', 'v') and nspname = any(%s)
        """,
        [list(marts)],
    )
    of_analyst = rights(derived, "analyst")
    assert {(schema, table) for schema in of_analyst for table in of_analyst[schema]} == set(tables)
    assert {"activities", "participants", "sessions"} <= of_analyst["timeline"].keys()
    assert {"deliveries", "outcomes"} <= of_analyst["operations"].keys()
    assert all(may == {"SELECT"} for of in of_analyst.values() for may in of.values())


def test_an_analyst_can_run_the_queries_of_the_readme(derived: Installation) -> None:
    text = (PROJECT / "README.md").read_text()
    queries = re.findall(r"^    select\n?.*?;$", text, re.MULTILINE | re.DOTALL)
    assert len(queries) >= 2
    for query in queries:
        with connect(derived.url, role="analyst") as connection:
            connection.execute(query)


def test_the_receiver_inserts_deliveries_and_nothing_else(derived: Installation) -> None:
    assert rights(derived, "receiver") == {"ingress": {"deliveries": {"INSERT"}}}


def test_the_page_reads_neither_deliveries_nor_landed_events(derived: Installation) -> None:
    of_page = rights(derived, "page")
    assert "ingress" not in of_page
    assert of_page["zoom_raw"] == {"users": {"SELECT"}, "phone_users": {"SELECT"}}


REFUSED = [
    ("analyst", "select from zoom_raw.events"),
    ("analyst", "select from worksights.users"),
    ("analyst", "select from intermediate.int_sessions"),
    ("analyst", "delete from timeline.activities"),
    ("receiver", "select from ingress.deliveries"),
    ("receiver", "update ingress.deliveries set body = null"),
    (
        "receiver",
        "insert into ingress.deliveries (batch, body_size, body_sha256) values (1, 0, '')",
    ),
    ("page", "select from ingress.deliveries"),
    ("page", "select from zoom_raw.events"),
    ("pipeline", "delete from ingress.deliveries"),
    ("pipeline", "update integration.connections set connected_at = now()"),
    ("pipeline", "insert into worksights.users values ('u', 'o', 'e', 'n', 'owner')"),
]


@pytest.mark.parametrize(("role", "statement"), REFUSED)
def test_a_role_is_refused_what_it_may_not_do(
    derived: Installation, role: str, statement: str
) -> None:
    with (
        connect(derived.url, role=role) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


@pytest.mark.parametrize("table", ["timeline.activities", "operations.deliveries"])
def test_an_analyst_can_read(derived: Installation, table: str) -> None:
    with connect(derived.url, role="analyst") as connection:
        assert connection.execute(f"select * from {table}").fetchall() == []  # noqa: S608 - our own names


def test_the_ledger_shows_a_delivery_before_a_batch_lands_it(derived: Installation) -> None:
    derived.deliver(b"{}", at=NOW)
    with connect(derived.url, role="analyst") as connection:
        found = connection.execute("select disposition from operations.deliveries").fetchall()
    assert found == [("waiting",)]
