"""The nightly audit finds changes to a table that the pipeline did not make."""
# ruff: noqa: S608 - the names in the statements are those of dbt's tables

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from integration.database.postgres import connect
from integration.pipeline.dbt.project import read_manifest
from integration.pipeline.dbt.run import run_dbt
from integration.pipeline.failing_rows import failing_rows
from integration.settings import read_settings
from simulator.world import World
from tests.pipeline.events import Person, Session, call_ended, user_event
from tests.pipeline.installation import Installation, definitions, new_installation

ACCOUNT = "AuditedAccount00000000"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = MONDAY + timedelta(days=40)
ANN = Person("Ann", "zu-ann", "ann@firm.com")
BEN = Person("Ben", "zu-ben", "ben@firm.com")
CLEO = Person("Cleo Client", email="cleo@client.com")
DAN = Person("Dan Dunn", email="dan@client.com")
EVE = Person("Eve", email="eve@other.com")
POSER = Person("Mallory", email="mallory@c1ient.com")

# No other table has the time of a row's last change.
UNKNOWN_ELSEWHERE = {"timeline.activities": {"updated_at"}}
# Found, but reported at the table that sums it.
FOUND_AT_OTHERS = {
    "intermediate.int_company_sessions": {"month"},
    "intermediate.int_interactions": {"month", "shared"},
    "intermediate.int_person_sessions": {"person_name"},
}
CHANGES = {
    "text": "coalesce({column}, '') || 'x'",
    "integer": "{column} + 1",
    "bigint": "{column} + 1",
    "double precision": "{column} * 3 + 1",
    "boolean": "not {column}",
    "timestamp with time zone": "coalesce({column}, now()) + interval '1 second'",
    "date": "({column} + interval '1 month')::date",
    "tstzmultirange": "'{{}}'",
}
# What the page and SQL can change of what the tables show.
SETTINGS = (
    "person_names (organization_id, person_key, display_name) "
    "values ('firm', 'dan@client.com', 'Daniel Dunn')",
    "domain_overrides (organization_id, domain, company_domain, company_name) "
    "values ('firm', 'other.com', 'client.com', 'Client and Sons')",
    "own_domains (organization_id, domain) values ('firm', 'subsidiary.example')",
    "pauses (organization_id, user_id, is_on, effective_from) "
    "values ('firm', 'ben', true, '2026-01-01')",
)


@dataclass(frozen=True)
class Audited:
    installation: Installation
    checks: dict[str, str]  # the compiled query of each nightly test, by its name
    tables: dict[str, list[str]]  # the key of each table that is audited
    models: dict[str, set[str]]  # the models that each check is shown at

    def found(self, connection: psycopg.Connection) -> set[str]:
        """The names of the checks that find something."""
        return {name for name, query in self.checks.items() if failing_rows(connection, query)}


@pytest.fixture(scope="module")
def audited(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Audited]:
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        prepare(installation)
        manifest, checks = compiled_checks(installation.url)
        yield Audited(installation, checks, audited_tables(manifest), models_of_checks(manifest))


def prepare(installation: Installation) -> None:
    users = {"ann": ANN.email, "ben": BEN.email}
    installation.organization("firm", account=ACCOUNT, users=users)
    for person in (ANN, BEN):
        known = {"zoom_user_id": person.zoom_user_id, "email": person.email}
        installation.deliver(user_event("created", ACCOUNT, MONDAY, **known), at=MONDAY)
    for day, people in enumerate(
        ([ANN, BEN, CLEO, DAN], [ANN, CLEO, EVE], [BEN, DAN], [ANN, POSER])
    ):
        start = MONDAY + timedelta(days=10 * day)
        meeting = Session(ACCOUNT, f"uuid-{day}", "zu-ann", start, start + timedelta(hours=1))
        installation.deliver(*meeting.whole(people), at=NOW)
    installation.deliver(call_ended("caller", ACCOUNT, MONDAY, call_id="call-1"), at=NOW)
    for setting in SETTINGS:
        installation.execute(f"insert into integration.{setting}")
    installation.batch(now=NOW)


def compiled_checks(url: str) -> tuple[dict[str, Any], dict[str, str]]:
    log = logging.getLogger(__name__)
    selected = ["compile", "--select", "tag:nightly"]
    with connect(url, role="pipeline", autocommit=True) as writer:
        results = run_dbt(selected, settings=read_settings(), url=url, log=log, writer=writer)
    checks = {result.node.name: result.node.compiled_code for result in results}
    return read_manifest(), checks


def models_of_checks(manifest: dict[str, Any]) -> dict[str, set[str]]:
    """The model that each check is shown at and, if that is a view, the tables it reads."""
    nodes = manifest["nodes"]
    models = {node["name"]: node for node in nodes.values() if node["resource_type"] == "model"}
    found = {}
    for test in (node for node in nodes.values() if node["resource_type"] == "test"):
        shown_at = (
            nodes.get(test.get("attached_node"))
            or models[test["config"]["meta"]["dagster"]["ref"]["name"]]
        )
        is_view = shown_at["config"]["materialized"] == "view"
        read = shown_at["depends_on"]["nodes"] if is_view else []
        found[test["name"]] = {shown_at["name"], *(nodes[n]["name"] for n in read if n in nodes)}
    return found


def audited_tables(manifest: dict[str, Any]) -> dict[str, list[str]]:
    """Every mart that is a table, and every table between sessions and ClientSights."""
    nodes = manifest["nodes"].values()
    of_clientsights = ("month", "person_id", "company_id", "user_id")
    return {
        f"{node['schema']}.{node['name']}": node["config"]["unique_key"]
        for node in nodes
        if node["resource_type"] == "model"
        and node["config"]["materialized"] != "view"
        and (
            node["fqn"][1] == "marts"
            or node["name"] not in ("int_entries",)
            and set(of_clientsights) & set(node["config"]["unique_key"] or ())
        )
    }


def test_the_audit_finds_nothing_in_a_sound_installation(audited: Audited) -> None:
    with connect(audited.installation.url) as connection:
        assert audited.found(connection) == set()
    assert len(audited.tables) >= 12
    assert all(
        audited.installation.value(f"select count(*) from {table}") > 1 for table in audited.tables
    )


def test_every_missing_additional_or_changed_row_is_found(audited: Audited) -> None:
    """One test, because compiling the checks takes longer than running them."""
    unnoticed = []
    for table, keys in audited.tables.items():
        types = columns_of(audited.installation, table)
        row = f"(select ctid from {table} order by {', '.join(keys)} limit 1)"
        plants = {
            "a row is missing": f"delete from {table} where ctid = {row}",
            "a row too many": copied(table, types, keys[-1], row),
        } | {
            column: f"update {table} set {column} = {changed(types, column)} where ctid = {row}"
            for column in types
            if column not in (*keys, *UNKNOWN_ELSEWHERE.get(table, ()))
        }
        for what, statement in plants.items():
            with connect(audited.installation.url) as connection:
                planted = connection.execute(statement).rowcount
                found = audited.found(connection)
                connection.rollback()
            if what not in FOUND_AT_OTHERS.get(table, ()):
                found = {name for name in found if table.partition(".")[2] in audited.models[name]}
            if planted != 1 or not found:
                unnoticed.append((table, what))
    assert unnoticed == []


def test_what_could_not_be_derived_is_not_compared(audited: Audited) -> None:
    """Its last good rows stay and are not a fault."""
    session = "(select min(session_id) from timeline.activities)"
    with connect(audited.installation.url) as connection:
        connection.execute(f"update timeline.sessions set topic = 'x' where session_id = {session}")
        before = audited.found(connection)
        connection.execute(
            f"""
            insert into pipeline.failures (model, organization_id, scope, error, batch)
            select 'timeline.sessions', 'firm', jsonb_build_object('session_id', {session}),
                '22003', 1
            """
        )
        after = audited.found(connection)
        connection.rollback()
    assert "assert_sessions_are_those_derived" in before
    assert after == set()


def test_a_failed_audit_says_what_is_wrong_and_in_which_rows(audited: Audited) -> None:
    """Dagster shows the rows without anyone's name or address; the page shows the checks."""
    import dagster as dg

    installation = audited.installation
    removed = installation.execute(
        "delete from intermediate.int_relationships where user_id = 'ann' returning person_id"
    )
    installation.execute("drop view clientsights.lookalikes")
    with dg.instance_for_test() as instance:
        job = definitions().resolve_job_def("nightly_audit")
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        record_failed_run(instance, result)
    failed = {
        check.check_name: check
        for check in result.get_asset_check_evaluations()
        if not check.passed
    }
    recorded = installation.execute("select job, steps, checks from pipeline.run_failures")

    assert set(failed) == {
        "assert_relationships_sum_their_months",
        "assert_lookalikes_were_met_in_that_order",
    }
    relationships = failed["assert_relationships_sum_their_months"]
    assert len(removed) > 1
    assert relationships.description == f"{len(removed)} rows: a row is missing"
    table = relationships.metadata["what_is_wrong"].value
    assert all(f"organization_id firm, person_id {person}" in table for (person,) in removed)
    assert "@" not in table
    assert "ann" not in table
    not_run = failed["assert_lookalikes_were_met_in_that_order"].description
    assert 'relation "clientsights.lookalikes" does not exist' in not_run
    assert recorded == [("nightly_audit", ["dbt_models"], sorted(failed))]


def record_failed_run(instance: Any, result: Any) -> None:
    """What the sensor does when it sees the run."""
    import dagster as dg

    (event,) = [one for one in result.all_events if one.event_type_value == "PIPELINE_FAILURE"]
    context = dg.build_run_status_sensor_context(
        sensor_name="run_failures",
        dagster_event=event,
        dagster_instance=instance,
        dagster_run=instance.get_run_by_id(result.run_id),
    ).for_run_failure()
    definitions().resolve_sensor_def("run_failures")(
        context, installation=definitions().resources["installation"]
    )


def columns_of(installation: Installation, table: str) -> dict[str, str]:
    return dict(
        installation.execute(
            """
            select attname, format_type(atttypid, null) from pg_attribute
            where attrelid = %s::regclass and attnum > 0 and not attisdropped
            """,
            [table],
        )
    )


def changed(types: dict[str, str], column: str) -> str:
    return CHANGES[types[column]].format(column=column)


def copied(table: str, types: dict[str, str], key: str, row: str) -> str:
    others = [changed(types, column) if column == key else column for column in types]
    return (
        f"insert into {table} ({', '.join(types)}) select {', '.join(others)} from {table} "
        f"where ctid = {row}"
    )
