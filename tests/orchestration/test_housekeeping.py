"""The nightly job: what is kept only for a time is deleted, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.commands.processes import environment
from integration.database.postgres import connect
from integration.housekeeping.dagster_history import RUNS_AT_ONCE, delete_old_history
from integration.housekeeping.rules import RULES
from integration.settings import PROJECT, environment_with, read_settings
from simulator.world import World
from tests.orchestration.older_runs import copy_logs, copy_run
from tests.pipeline.installation import Installation, definitions, new_installation

COPIES = 240
DAY = timedelta(days=1)
HISTORY_DAYS = 30
# Dagster's tables with a column `run_id` that nothing has to be deleted from: rows of asset_keys
# belong to assets, and slots and steps that wait end with their run.
NOT_OF_RUNS = {"asset_keys.last_run_id", "concurrency_slots.run_id", "pending_steps.run_id"}
OF_RUNS = {
    "runs.run_id", "run_tags.run_id", "event_logs.run_id", "asset_check_executions.run_id"
}  # fmt: skip


@pytest.fixture(scope="module")
def installed(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Installation]:
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        yield installation


@pytest.fixture(scope="module")
def instance(installed: Installation) -> Iterator[Any]:
    """Dagster's, in the same database, as the pipeline's login."""
    import dagster as dg

    with (
        environment_with(**environment(read_settings(), installed.url)),
        dg.DagsterInstance.get() as instance,
    ):
        yield instance


def run(instance: Any, job: str) -> Any:
    return definitions().resolve_job_def(job).execute_in_process(instance=instance)


@pytest.fixture(scope="module")
def history(installed: Installation, instance: Any) -> list[str]:
    """Runs of the last 240 days, one a day, the oldest first; the last two of them are of today and
    have not changed an asset; and a run that is still going on.
    """
    batch = run(instance, "zoom_batch").run_id
    with connect(installed.url, autocommit=True) as owner:
        last = datetime.now(UTC)
        ids = copy_run(owner, batch, copies=COPIES, last=last, apart=DAY)
        owner.execute("update dagster.runs set status = 'STARTED' where run_id = %s", [ids[3]])
    copy_logs(storage_of(instance), ids)
    return ids


def storage_of(instance: Any) -> Path:
    return Path(instance.root_directory) / "storage"


def test_what_is_older_than_the_days_of_the_setting_is_gone_and_the_rest_is_not(
    installed: Installation, instance: Any, history: list[str]
) -> None:
    done = run(instance, "housekeeping")
    kept = {history[3], *history[-HISTORY_DAYS:], done.run_id}
    for table in ("runs", "run_tags", "event_logs", "asset_check_executions"):
        found = {row[0] for row in installed.execute(f"select run_id from dagster.{table}")}  # noqa: S608 - a name above
        assert found - {""} - kept == set(), table
        if table in ("runs", "event_logs"):
            assert kept - found == set(), table
    orphans = (
        "select count(*) from dagster.asset_event_tags "
        "where event_id not in (select id from dagster.event_logs)"
    )
    assert installed.value(orphans) == 0
    folders = {path.name for path in storage_of(instance).iterdir()}
    assert folders & set(history) == kept & set(history)
    metadata = metadata_of(done, "old_runs")
    assert (metadata["runs"], metadata["is_all"]) == (COPIES - HISTORY_DAYS, True)
    assert metadata["events"] >= metadata["runs"] * 100
    assert metadata["steps"] > metadata["runs"] / RUNS_AT_ONCE


def metadata_of(done: Any, op: str) -> dict[str, Any]:
    (output,) = [
        event
        for event in done.all_node_events
        if event.is_successful_output and event.step_key == op
    ]
    found = output.step_output_data.metadata
    return {name: value.value for name, value in found.items()}


def test_dagster_still_knows_the_last_materialization_of_each_asset_when_all_runs_are_old(
    installed: Installation,
    instance: Any,
    history: list[str],  # noqa: ARG001 - what is in the database
) -> None:
    keys = sorted(instance.get_asset_keys(), key=str)
    before = [latest(instance, key) for key in keys]
    checks = "select distinct asset_key, check_name from dagster.asset_check_executions"
    known = sorted(installed.execute(checks))
    later = datetime.now(UTC) + timedelta(days=400)
    with connect(installed.url, role="pipeline", autocommit=True) as connection:
        deleted = delete_old_history(
            connection,
            now=later,
            days=HISTORY_DAYS,
            seconds=600,
            delete_logs=lambda _: None,
        )
    assert deleted.is_all
    assert [latest(instance, key) for key in keys] == before
    assert sum(record is not None for _, record in before) > 40
    assert sorted(installed.execute(checks)) == known != []
    assert installed.value("select count(*) from dagster.runs where status = 'SUCCESS'") == 1


def latest(instance: Any, key: Any) -> tuple[Any, Any]:
    """As a page of Dagster shows it, and as an automation condition reads it."""
    records = instance.fetch_materializations(key, limit=1).records
    return instance.get_latest_materialization_event(key), records[0] if records else None


def test_a_night_that_is_too_short_is_continued_by_the_next_one(
    installed: Installation,
    history: list[str],  # noqa: ARG001 - what is in the database
) -> None:
    with connect(installed.url, autocommit=True) as owner:
        template = owner.execute(
            "select run_id from dagster.runs where status = 'SUCCESS'"
        ).fetchone()[0]
        owner.execute("delete from dagster.runs where run_id <> %s", [template])
        copy_run(owner, template, copies=3 * RUNS_AT_ONCE, last=datetime.now(UTC), apart=DAY)
    pauses: list[float] = []

    def night(seconds: float) -> Any:
        with connect(installed.url, role="pipeline", autocommit=True) as connection:
            return delete_old_history(
                connection,
                now=datetime.now(UTC),
                days=HISTORY_DAYS,
                seconds=seconds,
                delete_logs=lambda _: None,
                pause=pauses.append,
            )

    short = night(0)
    assert (short.runs, short.is_all) == (0, False)
    whole = night(600)
    assert (whole.runs, whole.is_all) == (3 * RUNS_AT_ONCE - HISTORY_DAYS + 1, True)
    assert len(pauses) == whole.steps - 3  # after each one; of the three kinds, the last is empty
    assert night(600).runs == 0


def test_every_table_of_dagster_with_a_run_is_known(
    installed: Installation,
    instance: Any,  # noqa: ARG001 - creates the tables
) -> None:
    """A new version of Dagster may keep more about runs."""
    found = installed.execute(
        "select table_name || '.' || column_name from information_schema.columns "
        "where table_schema = 'dagster' and column_name like '%run_id%'"
    )
    assert {name for (name,) in found} == OF_RUNS | NOT_OF_RUNS


def test_the_schedule_runs_every_night_and_keeps_no_batch_waiting() -> None:
    schedule = definitions().resolve_schedule_def("housekeeping_every_night")
    assert (schedule.job_name, schedule.cron_schedule) == ("housekeeping", "15 2 * * *")
    assert "worksights/writer" not in definitions().resolve_job_def("housekeeping").tags


def test_the_document_lists_every_rule() -> None:
    page = (PROJECT / "docs" / "operations" / "housekeeping.md").read_text()
    for rule in RULES:
        assert f"| `{rule.table}` | {rule.kept} |" in page


def test_an_op_that_fails_does_not_keep_the_other_from_its_work(
    installed: Installation, instance: Any
) -> None:
    installed.execute("revoke delete on pipeline.run_failures from pipeline")
    try:
        done = (
            definitions()
            .resolve_job_def("housekeeping")
            .execute_in_process(instance=instance, raise_on_error=False)
        )
    finally:
        installed.execute("grant delete on pipeline.run_failures to pipeline")
    assert not done.success
    assert {event.step_key for event in done.all_node_events if event.is_step_success} == {
        "old_runs",
        "months",
    }


def test_the_next_months_are_created(installed: Installation, instance: Any) -> None:
    name, last = installed.execute(
        "select partition::text, starts_at from pipeline.months_of('ingress.deliveries') "
        "order by starts_at desc limit 1"
    )[0]
    installed.execute(f"drop table {name}")
    assert metadata_of(run(instance, "housekeeping"), "months") == {"created": name}
    assert metadata_of(run(instance, "housekeeping"), "months") == {"created": "none"}
    assert last == installed.value(
        "select max(starts_at) from pipeline.months_of('ingress.deliveries')"
    )
