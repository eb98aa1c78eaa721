"""What Dagster shows about the product: jobs, schedules, sensors, and assets with descriptions."""

from itertools import pairwise
from typing import Any

import pytest

from integration.pipeline.dbt.project import read_manifest
from integration.pipeline.job_states import JOBS, SINGLE_ASSETS
from tests.pipeline import installation

# The contract sets "*/20 * * * *" and "on by default". The others are the product's choice.
SCHEDULES = {
    "every_20_minutes": "*/20 * * * *",
    "every_night": "15 3 * * *",
    "heal_every_hour": "10 * * * *",
    "housekeeping_every_night": "15 2 * * *",
}
SENSORS = {
    "new_connection",
    "backlog",
    "deauthorization",
    "digests",
    "lost_runs",
    "run_failures",
    "passed_audits",
}


@pytest.fixture(scope="module")
def definitions() -> Any:
    return installation.definitions()


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return read_manifest()


def test_the_definitions_load(definitions: Any) -> None:
    import dagster as dg

    dg.Definitions.validate_loadable(definitions)
    names = {job.name for job in definitions.resolve_all_job_defs()}
    assert {"zoom_batch", "nightly_audit"} <= names


def test_the_metrics_know_every_job(definitions: Any) -> None:
    assert {job.name for job in definitions.resolve_all_job_defs()} | {SINGLE_ASSETS} == set(JOBS)


def test_schedules_and_sensors_are_on_by_default(definitions: Any) -> None:
    import dagster as dg

    schedules = [definitions.resolve_schedule_def(name) for name in SCHEDULES]
    sensors = [definitions.resolve_sensor_def(name) for name in SENSORS]
    assert {one.name: one.cron_schedule for one in schedules} == SCHEDULES
    assert {one.name for one in definitions.schedules} == set(SCHEDULES)
    assert {one.name for one in definitions.sensors} == SENSORS
    assert {one.default_status for one in schedules} == {dg.DefaultScheduleStatus.RUNNING}
    assert {one.default_status for one in sensors} == {dg.DefaultSensorStatus.RUNNING}
    assert definitions.resolve_schedule_def("every_20_minutes").job_name == "zoom_batch"


def test_one_batch_runs_at_a_time(definitions: Any) -> None:
    tags = [definitions.resolve_job_def(name).tags for name in ("zoom_batch", "nightly_audit")]
    assert [one["worksights/writer"] for one in tags] == ["batch", "batch"]


def test_a_batch_checks_what_it_touched_and_the_nightly_audit_whole_tables(
    definitions: Any, manifest: dict[str, Any]
) -> None:
    """Dagster would show a check as skipped if a job selected it without running it."""
    tags = {
        node["name"]: node["tags"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
    }
    nightly = {name for name in tags if "nightly" in tags[name]}
    selected = {
        job: {
            check.name
            for check in definitions.resolve_job_def(job).asset_layer.asset_graph.asset_check_keys
        }
        for job in ("zoom_batch", "nightly_audit")
    }
    assert selected == {"zoom_batch": tags.keys() - nightly, "nightly_audit": nightly}
    assert all(selected.values())


@pytest.mark.parametrize("attribute", ["description", "kinds", "group_name", "owners"])
def test_every_asset_is_described(definitions: Any, attribute: str) -> None:
    specs = list(definitions.resolve_all_asset_specs())
    missing = {spec.key.to_user_string() for spec in specs if not getattr(spec, attribute)}
    assert len(specs) > 20
    assert missing == set()


def test_every_model_is_an_asset_named_like_its_table(
    definitions: Any, manifest: dict[str, Any]
) -> None:
    tables = {
        (node["schema"], node["name"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    assert tables <= {tuple(key.path) for key in definitions.resolve_all_asset_keys()}


def test_the_lineage_leads_from_a_setting_through_its_fact_to_the_copy(definitions: Any) -> None:
    import dagster as dg

    graph = definitions.resolve_asset_graph()
    path = [
        ["integration", "mapping_changes"],
        ["facts", "manual_mappings"],
        ["facts", "current_settings"],
        ["pipeline", "settings"],
        ["staging", "stg_pipeline__settings"],
    ]
    keys = [dg.AssetKey(key) for key in path]
    missing = [
        below for above, below in pairwise(keys) if above not in graph.get(below).parent_keys
    ]
    assert missing == []


def test_every_dbt_test_is_an_asset_check(definitions: Any, manifest: dict[str, Any]) -> None:
    tests = {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "test"
        and not unique_id.startswith("test.worksights_zoom.source_")
    }
    checks = {
        spec.metadata["dagster_dbt/unique_id"]
        for assets in definitions.assets
        if hasattr(assets, "check_specs")
        for spec in assets.check_specs
    }
    assert checks == tests
    assert len(tests) > 4
