"""The page sees and writes only rows of the organization that its transaction names, whatever its
queries say: docs/operations/rights.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier

from integration.database.own_organization import EVERY, limit_to
from integration.database.postgres import connect
from simulator.world import World
from tests.database.own_rows import FOREIGN, OWN, READ, named, write_rows
from tests.databases import superuser_of
from tests.pipeline.installation import Installation, new_installation

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
# What the page's process reads for all organizations, in its threads and when it starts.
QUEUES = {
    "integration.causes",
    "integration.connections",
    "integration.erasure_requests",
    "integration.mails",
    "integration.notifications",
    "integration.openid_providers",
    "integration.refused_sources",
    "integration.tokens",
    "pipeline.failures",
}
LISTS = {"operations.completeness", "operations.deliveries", "operations.failed_sessions"}
OF_SETTING = "current_setting('worksights.organization'::text, true)"
STRICT = f"(organization_id = {OF_SETTING})"
OF_QUEUE = f"({STRICT} OR ({OF_SETTING} = '*'::text))"


@dataclass(frozen=True)
class Relation:
    """A table or view that the page may read, with what else it may do with it."""

    name: str
    is_view: bool
    is_limited: bool
    policies: list[str]
    definition: str | None
    privileges: list[str]
    written: str | None  # a column that it may update

    @property
    def is_queue(self) -> bool:
        return self.name in QUEUES | LISTS


@pytest.fixture(scope="module")
def derived(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Installation]:
    """After a batch, with a row of each of two organizations in each table."""
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        installation.batch(now=NOW)
        tables = [one.name for one in relations_of(installation.url) if not one.is_view]
        with superuser_of(installation.url) as superuser:
            write_rows(superuser, tables)
        yield installation


@pytest.fixture
def relations(derived: Installation) -> list[Relation]:
    return relations_of(derived.url)


def relations_of(url: str) -> list[Relation]:
    with connect(url) as owner:
        return [Relation(*row) for row in owner.execute(READ)]


@pytest.fixture
def page(derived: Installation) -> Iterator[psycopg.Connection]:
    """A transaction of the page that is rolled back."""
    with connect(derived.url, role="page") as connection:
        yield connection
        connection.rollback()


def unlimited(relations: list[Relation]) -> list[str]:
    found = []
    for one in relations:
        if one.is_view:
            if f"organization_id = ( SELECT {OF_SETTING}" not in (one.definition or ""):
                found.append(one.name)
            continue
        policy = OF_QUEUE if one.name in QUEUES else STRICT
        expected = ["everything * t public true", f"own_organization * f page {policy}"]
        if not one.is_limited or one.policies != expected:
            found.append(one.name)
    return found


def seen(connection: psycopg.Connection, relation: Relation) -> set[str | None]:
    query = SQL("select distinct organization_id from {}").format(named(relation.name))
    return {organization for (organization,) in connection.execute(query)}


def test_every_table_and_view_of_the_page_is_limited(relations: list[Relation]) -> None:
    assert len(relations) > 80
    assert unlimited(relations) == []


def test_a_new_table_or_view_needs_a_limit(derived: Installation) -> None:
    with psycopg.connect(derived.url) as owner:
        owner.execute("create table integration.new_table (organization_id text)")
        owner.execute("create view integration.new_view as select * from integration.pauses")
        owner.execute("grant select on integration.new_table, integration.new_view to page")
        found = [Relation(*row) for row in owner.execute(READ)]
        owner.rollback()
    assert unlimited(found) == ["integration.new_table", "integration.new_view"]


def test_the_page_sees_the_rows_of_one_organization(
    page: psycopg.Connection, relations: list[Relation]
) -> None:
    limit_to(page, OWN)
    found = {one.name: seen(page, one) for one in relations}
    assert {name: rows for name, rows in found.items() if not rows <= {OWN}} == {}
    empty = {one.name for one in relations if not found[one.name]}
    assert empty & {one.name for one in relations if not one.is_view} == set()


def test_without_an_organization_the_page_sees_nothing(
    page: psycopg.Connection, relations: list[Relation]
) -> None:
    assert {one.name for one in relations if seen(page, one)} == set()
    limit_to(page, OWN)
    page.commit()  # from now on, the setting is empty, not missing
    assert {one.name for one in relations if seen(page, one)} == set()


def test_an_organization_is_refused_where_the_server_would_ignore_it(
    derived: Installation,
) -> None:
    with connect(derived.url, role="page", autocommit=True) as page:
        with pytest.raises(RuntimeError, match="none is open"):
            limit_to(page, OWN)
        with page.transaction():
            limit_to(page, OWN)
            assert page.execute("show worksights.organization").fetchone() == (OWN,)


def test_across_organizations_the_page_sees_only_queues_and_lists(
    page: psycopg.Connection, relations: list[Relation]
) -> None:
    limit_to(page, EVERY)
    found = {one.name: seen(page, one) for one in relations}
    assert {name for name, rows in found.items() if rows} <= QUEUES | LISTS
    assert {name for name, rows in found.items() if rows >= {OWN, FOREIGN}} >= QUEUES


@pytest.mark.parametrize(("organization", "rows"), [(OWN, 1), (None, 0), (EVERY, None)])
def test_the_page_changes_and_deletes_no_row_of_another_organization(
    organization: str | None, rows: int | None, page: psycopg.Connection, relations: list[Relation]
) -> None:
    counts = {}
    for one in relations:
        for privilege, statement in changes_of(one).items():
            if organization is not None:
                limit_to(page, organization)
            expected = rows if rows is not None else 2 * one.is_queue
            changed = page.execute(statement).rowcount
            page.rollback()
            if changed != expected:
                counts[one.name, privilege] = changed
    assert counts == {}


def changes_of(relation: Relation) -> dict[str, Composed]:
    """What the page may do with all rows that it sees."""
    statements = {}
    if relation.written is not None:
        statements["update"] = SQL("update {} set {column} = {column}").format(
            named(relation.name), column=Identifier(relation.written)
        )
    if "delete" in relation.privileges:
        statements["delete"] = SQL("delete from {}").format(named(relation.name))
    return statements


@pytest.mark.parametrize("organization", [OWN, None])
def test_the_page_adds_no_row_of_another_organization(
    organization: str | None, page: psycopg.Connection, relations: list[Relation]
) -> None:
    tables = [one.name for one in relations if "insert" in one.privileges]
    assert len(tables) > 20
    accepted = []
    for table in tables:
        if organization is not None:
            limit_to(page, organization)
        statement = SQL("insert into {} (organization_id) values (%s)").format(named(table))
        try:
            page.execute(statement, [FOREIGN])
        except psycopg.Error as error:
            if "violates row-level security policy" not in str(error):
                accepted.append(f"{table}: {error}")
        else:
            accepted.append(table)
        page.rollback()
    assert accepted == []


@pytest.mark.parametrize("role", ["pipeline", "analyst"])
def test_nobody_else_is_limited(
    role: str, derived: Installation, relations: list[Relation]
) -> None:
    tables = [one.name for one in relations if not one.is_view]
    may_read = {
        name
        for (name,) in derived.execute(
            "select name from unnest(%s::text[]) as name "
            "where has_table_privilege(%s, name, 'select')",
            [tables, role],
        )
    }
    assert len(may_read) > 5
    asked = [one for one in relations if one.name in {*may_read, "clientsights.relationships"}]
    with connect(derived.url, role=role) as connection:  # type: ignore[arg-type]
        found = {one.name: seen(connection, one) for one in asked}
    assert {name for name, rows in found.items() if not rows >= {OWN, FOREIGN}} == set()
