"""What each login may do: the database is compared with the one list, docs/operations/rights.md."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import Composed

from integration.database.role_names import ROLES
from integration.settings import PROJECT
from simulator.world import World
from tests.database.rights import (
    CATALOG,
    DEFINERS,
    SCHEMAS,
    SEQUENCES,
    Rights,
    as_login,
    columns_of,
    declared_rights,
    differences,
    found_rights,
    rights_on,
    statements_refused,
)
from tests.pipeline.installation import Installation, new_installation

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LIST = (PROJECT / "docs" / "operations" / "rights.md").read_text()


@pytest.fixture(scope="module")
def derived(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Installation]:
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        installation.batch(now=NOW)
        yield installation


@pytest.fixture(scope="module")
def declared() -> Mapping[str, Rights]:
    return declared_rights(LIST)


def test_every_right_on_every_table_is_declared(
    derived: Installation, declared: Mapping[str, Rights]
) -> None:
    found = found_rights(derived.execute(CATALOG))
    assert len(found) > 100
    assert differences(found, declared) == []


def test_a_new_table_needs_a_decision(
    derived: Installation, declared: Mapping[str, Rights]
) -> None:
    with psycopg.connect(derived.url) as owner:
        owner.execute("create table integration.new_table (a text)")
        owner.execute("grant select on integration.connections to analyst")
        found = found_rights(owner.execute(CATALOG).fetchall())
        owner.rollback()
    assert differences(found, declared) == [
        "integration.connections, analyst: declared -, found select",
        "integration.new_table: not in the list",
    ]


def test_a_table_that_is_gone_is_removed_from_the_list(
    derived: Installation, declared: Mapping[str, Rights]
) -> None:
    found = found_rights(derived.execute(CATALOG))
    del found["integration.tokens"]
    assert differences(found, declared) == ["integration.tokens: in the list, but not there"]


def test_analysts_read_the_marts_and_the_receiver_reads_nothing(
    declared: Mapping[str, Rights],
) -> None:
    """What the list itself must say, whoever changes it."""
    marts = ("timeline.", "clientsights.", "operations.")
    of_receiver = ("ingress.deliveries", "ingress.url_validations")
    for table, rights in declared.items():
        expected = {"select": None} if table.startswith(marts) else {}
        assert rights["analyst"] == expected, table
        if table not in of_receiver:
            assert rights["receiver"] == {}, table
    for table in of_receiver:
        assert declared[table]["receiver"].keys() == {"insert"}


def test_the_page_reads_neither_deliveries_nor_landed_events(
    declared: Mapping[str, Rights],
) -> None:
    for table in ("ingress.deliveries", "zoom_raw.events"):
        assert declared[table]["page"] == {}, table


def test_everybody_finds_only_what_they_need_in_a_schema(derived: Installation) -> None:
    """Which schemas a login may enter, and where it may create something."""
    found = derived.execute(SCHEMAS)
    may_enter = {role: {schema for who, schema, *_ in found if who == role} for role in ROLES}
    may_create = {
        role: {schema for who, schema, creates in found if who == role and creates}
        for role in ROLES
    }
    marts = {"timeline", "clientsights", "operations"}
    of_page = {"worksights", "integration", "pipeline", "zoom_raw", "clientsights_raw"}
    of_dbt = {*marts, "facts", "intermediate", "staging"}
    assert may_enter == {
        "receiver": {"public", "ingress"},
        "analyst": {"public", *marts},
        "page": {"public", *of_page, *of_dbt} - {"staging"},
        "pipeline": {"public", "ingress", "dagster", *of_page, *of_dbt},
    }
    assert may_create == {
        "receiver": set(),
        "analyst": set(),
        "page": set(),
        "pipeline": {"dagster", *of_dbt},
    }


def test_functions_with_the_owners_rights_are_called_only_by_the_roles_they_are_for(
    derived: Installation,
) -> None:
    """One that fires as a trigger needs no such right, but whoever has it can create triggers."""
    assert derived.execute(DEFINERS) == [
        ("integration.delete_old_accesses()", "pipeline"),
        ("integration.is_of_another(text,text)", "page"),
        ("integration.organization_of_link(text)", "page"),
        ("integration.organization_of_session(text)", "page"),
        ("integration.organization_of_subscription(bigint)", "page"),
        ("integration.organizations_of_email(text[])", "page"),
        (
            "integration.remove_deactivated_users(text,text[],regclass,name,text[],boolean,text)",
            "pipeline",
        ),
        ("integration.unhealed_days(date,date)", "page"),
        ("integration.unhealed_days(date,date)", "pipeline"),
        (
            "integration.unknown_erasures(text[],text[],text[],timestamp with time zone[])",
            "page",
        ),
        (
            "integration.unknown_erasures(text[],text[],text[],timestamp with time zone[])",
            "pipeline",
        ),
        ("pipeline.analyze_grown(regclass[])", "pipeline"),
        ("pipeline.create_month()", "pipeline"),
    ]


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_declared_is_refused(
    role: str, derived: Installation, declared: Mapping[str, Rights]
) -> None:
    columns = columns_of(derived.url)
    statements = [
        statement
        for table, of_table in columns.items()
        for statement in statements_refused(table, of_table, rights_on(table, declared)[role])
    ]
    assert len(statements) > 100
    assert accepted_of(statements, derived, role) == []


def test_only_who_adds_deliveries_takes_ids_from_a_sequence(derived: Installation) -> None:
    """The receiver, and healing."""
    assert sorted(derived.execute(SEQUENCES)) == [
        ("ingress.delivery_ids", "pipeline", "usage"),
        ("ingress.delivery_ids", "receiver", "usage"),
    ]


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_allowed_on_a_partition(role: str, derived: Installation) -> None:
    """Rows are read and written through the partition's table only."""
    statements = [
        statement
        for table, of_table in columns_of(derived.url, partitions=True).items()
        for statement in statements_refused(table, of_table, {})
    ]
    assert len(statements) > 50
    assert accepted_of(statements, derived, role) == []


def accepted_of(statements: list[Composed], derived: Installation, role: str) -> list[str]:
    accepted = []
    with psycopg.connect(as_login(derived.url, role), autocommit=True) as connection:
        for statement in statements:
            try:
                connection.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                continue
            except psycopg.Error as error:
                accepted.append(f"{statement.as_string()}: {type(error).__name__}")
            else:
                accepted.append(statement.as_string())
    return accepted
