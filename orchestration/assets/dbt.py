"""The dbt models: staging, intermediate and marts."""

import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import build_dbt_asset_selection, dbt_assets

from integration.store.batches import finish_batches
from integration.store.derivation import note_code, note_views, views_are_built
from integration.store.status import Delay, delay_of_batch, outcomes_of_batch
from orchestration.dbt_project import (
    Translator,
    dbt_project,
    fingerprint_of_views,
    first_line,
    models_of,
    run_dbt,
    views_of,
)
from orchestration.model_code import code_of_tables
from orchestration.resources import BatchInProgress, Installation

UNIQUE_ID = "dagster_dbt/unique_id"


@dbt_assets(
    manifest=dbt_project.manifest_path,
    project=dbt_project,
    dagster_dbt_translator=Translator(),
    name="dbt_models",
)
def dbt_models(
    context: dg.AssetExecutionContext,
    batch_in_progress: BatchInProgress,
    installation: Installation,
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    manifest = json.loads(dbt_project.manifest_path.read_text())
    code = code_of_tables(manifest)
    stale = note_code(batch_in_progress.connection, code)
    context.log.info(f"{len(stale)} tables were derived with other code, or from such tables.")
    views = fingerprint_of_views(manifest)
    keys, checks = _selected(context)
    skipped = views_of(manifest) if views_are_built(batch_in_progress.connection, views) else set()
    wanted = [node for node in (*keys, *checks) if node not in skipped]
    failed = []
    for result in run_dbt(
        [
            "build",
            "--indirect-selection",
            "empty",
            "--exclude-resource-type",
            "unit_test",
            "--select",
            *_fqns(manifest, wanted),
        ],
        settings=installation.settings(),
        url=installation.database_url(),
        log=context.log,
    ):
        node = result.node.unique_id
        if node in checks:
            yield _check_result(checks[node], result)
        elif result.status == "success":
            yield dg.MaterializeResult(
                asset_key=keys[node], metadata=_metadata(result, batch_in_progress)
            )
        elif result.status == "error":
            failed.append(f"{result.node.name}: {first_line(result.message)}")
    if failed:
        raise dg.Failure(f"dbt: {len(failed)} of {len(wanted)} failed. {'; '.join(failed)}")
    if models_of(manifest) <= keys.keys():
        note_views(batch_in_progress.connection, views)
    finish_batches(batch_in_progress.connection, tables=code)


# Whole tables are looked at by night, by a job of its own; a batch checks what it touched.
nightly_checks = build_dbt_asset_selection([dbt_models], dbt_select="tag:nightly")


def _selected(
    context: dg.AssetExecutionContext,
) -> tuple[dict[str, dg.AssetKey], dict[str, dg.AssetCheckKey]]:
    """What this run is to derive and to check, by dbt's unique id."""
    definition = context.assets_def
    keys = {
        definition.specs_by_key[key].metadata[UNIQUE_ID]: key for key in context.selected_asset_keys
    }
    checks = {
        spec.metadata[UNIQUE_ID]: spec.key
        for spec in definition.check_specs
        if spec.key in context.selected_asset_check_keys
    }
    return keys, checks


def _fqns(manifest: dict[str, Any], nodes: list[str]) -> list[str]:
    return [f"fqn:{'.'.join(manifest['nodes'][node]['fqn'])}" for node in nodes]


def _check_result(key: dg.AssetCheckKey, result: Any) -> dg.AssetCheckResult:
    warned = result.status == "warn"
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.status == "pass",
        severity=dg.AssetCheckSeverity.WARN if warned else dg.AssetCheckSeverity.ERROR,
        metadata={"failing_rows": result.failures or 0},
    )


def _metadata(result: Any, writer: BatchInProgress) -> dict[str, Any]:
    metadata: dict[str, Any] = {"seconds": round(result.execution_time, 2)}
    if result.node.config.materialized == "incremental":
        metadata["rows_written"] = result.adapter_response.get("rows_affected", 0)
    if result.node.name == "activities":
        delay = delay_of_batch(writer.connection, writer.batch)
        metadata["minutes_from_session_end_to_entry"] = dg.MetadataValue.md(_delays(delay))
    if result.node.name == "outcomes":
        counts = outcomes_of_batch(writer.connection, writer.batch)
        rows = "\n".join(f"| {outcome} | {count} |" for outcome, count in counts)
        table = f"| outcome | participants of touched sessions |\n|---|---|\n{rows}"
        metadata["outcomes"] = dg.MetadataValue.md(table)
    return metadata


def _delays(delay: Delay) -> str:
    if not delay.entries:
        return "no entry was written"
    median, longest = delay.median.total_seconds() / 60, delay.longest.total_seconds() / 60
    return (
        f"| entries written | median | longest |\n|---|---|---|\n"
        f"| {delay.entries} | {median:.0f} min | {longest:.0f} min |"
    )
