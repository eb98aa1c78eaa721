"""`worksights-zoom dbt` builds next to the live tables, or on them as the pipeline does."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.database.postgres import connect
from integration.pipeline.dbt.command import read_command
from integration.pipeline.dbt.project import read_manifest
from integration.pipeline.dbt_command import run_beside_live, run_on_live
from integration.pipeline.marts import existing_relations
from integration.pipeline.writer import only_writer
from integration.settings import read_settings
from simulator.world import World
from tests.faults.planting import Fault, planted, tables_of_the_project
from tests.patience import PATIENCE
from tests.pipeline.events import Person, Session, user_event
from tests.pipeline.installation import Installation, new_installation

ACCOUNT = "DbtAccount000000000000"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = START + timedelta(hours=2)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
GUEST = Person("Gil Gray", None, "gil@client.example")
# The change set, models that note months and read them, and a mart.
SEVERAL = ["int_touched_sessions", "int_interactions", "int_person_sessions", "int_person_months",
           "int_relationship_months", "activities", "stg_pipeline__failures"]  # fmt: skip
EVERY_TABLE = """
    select nspname || '.' || relname
    from pg_class inner join pg_namespace on pg_namespace.oid = relnamespace
    where relkind = 'r' and not starts_with(nspname, 'pg_') and not starts_with(nspname, 'dev_')
        and nspname <> 'information_schema'
    order by 1
"""
EVERY_VIEW = """
    select schemaname || '.' || viewname, definition from pg_views
    where schemaname !~ '^(pg_|dev_|information_schema)' order by 1
"""


def deliver(installation: Installation) -> None:
    """Two meetings of a firm with a client."""
    installation.organization("firm", account=ACCOUNT, users={"ann": "ann@firm.example"})
    at_start = {"zoom_user_id": "zu-ann", "email": ANN.email}
    installation.deliver(user_event("created", ACCOUNT, START, **at_start), at=START)
    for number in (1, 2):
        session = Session(ACCOUNT, f"uuid-{number}", "zu-ann", START, START + timedelta(hours=1))
        installation.deliver(*session.whole([ANN, GUEST]), at=NOW)


def everything(installation: Installation) -> dict[str, Any]:
    """Every row of every table outside the schemas of dbt's target `dev`, with the version that
    changes when a row is written, and every view.
    """
    with connect(installation.url) as connection:  # one for all: each takes longer than a table
        tables = [name for (name,) in connection.execute(EVERY_TABLE)]
        assert {"pipeline.progress", "pipeline.changed_periods", "timeline.activities"} <= {*tables}
        return {
            "views": connection.execute(EVERY_VIEW).fetchall(),
            **{
                table: sorted(
                    map(str, connection.execute(f"select xmin, ctid, t.* from {table} as t"))  # noqa: S608 - our own names
                )
                for table in tables
            },
        }


def run(installation: Installation, *arguments: str) -> tuple[int, list[str]]:
    """dbt's exit code, and what is said besides dbt's own output."""
    command, said = read_command(arguments), []
    function = run_on_live if command.target == "live" else run_beside_live
    return function(command, read_settings(), installation.url, say=said.append), said


def test_without_the_live_target_nothing_of_the_pipelines_changes(
    installation: Installation, tmp_path: Path
) -> None:
    deliver(installation)
    installation.batch(now=NOW)
    before = everything(installation)
    session_id = installation.value("select min(session_id) from timeline.activities")
    activities = installation.value("select count(*) from timeline.activities")
    assert activities == 2

    model = tables_of_the_project()["activities"]
    first = run(installation, "run", "-s", *SEVERAL)
    with planted(Fault(model, "firm", session_id), folder=tmp_path):
        second = run(installation, "run", "-s", *SEVERAL)

    assert first == (0, [])
    code, said = second
    assert code == 0
    assert said == [
        "dev_timeline.activities: 1 part could not be derived (SQLSTATE 22012) and was copied "
        "from the live table. See dev_pipeline.failures."
    ]
    assert everything(installation) == before
    counts = installation.execute(
        "select (select count(*) from dev_timeline.activities), "
        "(select count(*) from dev_intermediate.int_interactions), "
        "(select count(*) from dev_intermediate.int_person_months), "
        "(select count(*) from dev_intermediate.int_touched_sessions), "
        "(select count(*) from dev_staging.stg_pipeline__failures)"
    )
    assert counts == [(2, 2, 1, 2, 1)]

    assert installation.erase("gil@client.example", organization_id="firm")
    left = "select count(*) from pg_namespace where starts_with(nspname, 'dev_')"
    assert installation.value(left) == 0


def test_models_use_a_function_once_it_is_built_next_to_the_live_one(
    installation: Installation,
) -> None:
    definition = "select pg_get_viewdef('dev_clientsights.relationships'::regclass)"
    assert run(installation, "run", "-s", "relationships")[0] == 0
    assert "dev_clientsights.grade_of" not in installation.value(definition)
    assert run(installation, "build", "-s", "grade_of")[0] == 0
    assert run(installation, "run", "-s", "relationships")[0] == 0
    assert "dev_clientsights.grade_of" in installation.value(definition)


def test_a_model_built_live_leaves_what_a_dagster_run_of_it_leaves(
    installation: Installation, server_url: str, home: Path, zoom_url: tuple[World, str]
) -> None:
    """The first model of the chain, which has a watermark afterwards, and a view others read."""
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as other:
        deliver(other)
        other.land_and_settle(now=NOW)
        chosen = [["intermediate", "int_meeting_sessions"], ["intermediate", "int_sessions"]]
        assert other.materialize(chosen, now=NOW).success
        by_dagster = bookkeeping(other)
    deliver(installation)
    installation.land_and_settle(now=NOW)
    models = ["int_meeting_sessions", "int_sessions"]
    code, said = run(installation, "run", "--target", "live", "-s", *models)

    assert (code, said) == (0, [])
    assert bookkeeping(installation) == by_dagster
    assert installation.value("select count(*) from intermediate.int_meeting_sessions") == 2
    nodes = read_manifest()["nodes"].values()
    views = {
        f"{node['schema']}.{node['name']}"
        for node in nodes
        if node["config"]["materialized"] == "view"
    }
    with connect(installation.url) as connection:
        assert existing_relations(connection, views) == views


@pytest.mark.parametrize(
    ("arguments", "target"),
    [
        ("build -s activities", "dev"),
        ("build -s activities --target live", "live"),
        ("build --target=live", "live"),
        ("build -tlive", "live"),
        ("--target live build", "live"),
        ("--debug run -t other", "other"),
        ("docs generate", "dev"),
    ],
)
def test_the_target_is_read_as_dbt_reads_it(arguments: str, target: str) -> None:
    assert read_command(arguments.split()).target == target


def bookkeeping(installation: Installation) -> list[list[Any]]:
    return [
        installation.execute(
            "select model, batch, fingerprint, rows_inserted, rows_deleted "
            "from pipeline.progress where model <> 'landing' order by model"
        ),
        installation.execute("select * from pipeline.model_code order by model"),
        installation.execute("select count(*) from pipeline.changed_periods"),
        installation.execute("select model, scope from pipeline.failures"),
        installation.execute("select fingerprint from pipeline.built_views"),
    ]


def test_a_command_that_writes_live_waits_for_the_writer(installation: Installation) -> None:
    said, is_said = [], threading.Event()
    command = read_command(["run", "--target=live", "-s", "int_meeting_sessions"])
    codes: list[int] = []

    def say(text: str) -> None:
        said.append(text)
        is_said.set()

    def write() -> None:
        codes.append(run_on_live(command, read_settings(), installation.url, say=say))

    with only_writer(installation.url, say=pytest.fail):
        thread = threading.Thread(target=write)
        thread.start()
        assert is_said.wait(PATIENCE)
        waited = list(codes)
    thread.join(PATIENCE)

    assert (waited, codes) == ([], [0])
    assert said == ["Waiting for another batch, rebuild, erasure or import to finish."]
