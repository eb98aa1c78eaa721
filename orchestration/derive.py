"""A batch's derivation outside Dagster's job, for commands that hold the writer's lock."""

import json
import logging
from collections.abc import Iterable
from typing import Any

import psycopg

from integration.pipeline.addresses.identification import classify_addresses
from integration.pipeline.batches import Batch, finish_batches
from integration.pipeline.comparison import Table, drop_rebuilt, take_over
from integration.pipeline.derivation import (
    analyze_landed,
    note_code,
    note_views,
    rows_written,
    views_are_built,
)
from integration.pipeline.facts import take_settings
from integration.pipeline.writer import WriterLost
from integration.settings import Settings
from orchestration.dbt_project import (
    ALL_TABLES,
    dbt_project,
    fingerprint_of_views,
    first_line,
    run_dbt,
)
from orchestration.model_code import code_of_tables

PREFIX = "rebuild_"
log = logging.getLogger("derive")


class DerivationFailed(Exception):
    """dbt failed; the message names the models. The next batch takes the work up."""


def derive_what_is_new(
    connection: psycopg.Connection, settings: Settings, url: str, batch: Batch
) -> None:
    """What the batch's news touch: the settings' copy, addresses, models."""
    _settle(connection, batch)
    _derive(connection, settings, url)


def derive_stale(connection: psycopg.Connection, settings: Settings, url: str) -> dict[str, int]:
    """What was derived with other code than today's, in place; table -> rows written or deleted.
    Empty, and nothing was run, when there is no such table.
    """
    stale = note_code(connection, code_of_tables(_manifest()))
    if stale:
        _derive(connection, settings, url)
    return rows_written(connection, stale)


def derive_again(
    connection: psycopg.Connection, settings: Settings, url: str, batch: Batch
) -> None:
    """Everything: rows whose events are gone name no news."""
    derive_what_is_new(connection, settings, url, batch)
    take_over(connection, derive_beside(connection, settings, url), PREFIX)
    drop_rebuilt(connection, PREFIX)


def derive_beside(connection: psycopg.Connection, settings: Settings, url: str) -> list[Table]:
    """Every table again in schemas with PREFIX; the tables that keep state from batch to batch,
    parents first. Who compared them or took them over drops them.
    """
    drop_rebuilt(connection, PREFIX)
    _run(connection, ["run", "--full-refresh"], settings, url, schema_prefix=PREFIX)
    return [
        Table(
            schema=node["schema"],
            name=node["name"],
            keys=tuple(node["config"]["unique_key"]),
            stamps=tuple(node["config"]["meta"].get("stamps", ())),
        )
        for node in _manifest()["nodes"].values()
        if node["resource_type"] == "model"
        and node["config"]["materialized"] == "incremental"
        and node["config"]["unique_key"]
    ]


def _derive(connection: psycopg.Connection, settings: Settings, url: str) -> None:
    manifest = _manifest()
    code = code_of_tables(manifest)
    note_code(connection, code)
    analyze_landed(connection)
    views = fingerprint_of_views(manifest)
    built = views_are_built(connection, views)
    only_tables = ["--select", ALL_TABLES] if built else []
    _run(connection, ["run", *only_tables], settings, url)
    note_views(connection, views)
    finish_batches(connection, tables=code)


def _manifest() -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(dbt_project.manifest_path.read_text())
    return manifest


def _settle(connection: psycopg.Connection, batch: Batch) -> None:
    take_settings(connection, batch)
    classify_addresses(connection, batch, report=lambda _moves: None)


def _run(
    connection: psycopg.Connection,
    arguments: Iterable[str],
    settings: Settings,
    url: str,
    *,
    schema_prefix: str = "",
) -> None:
    try:
        results = run_dbt(
            [*arguments],
            settings=settings,
            url=url,
            log=log,
            writer=connection,
            schema_prefix=schema_prefix,
        )
    except WriterLost as lost:
        raise DerivationFailed(str(lost).rstrip(".")) from lost
    failed = [
        f"{each.node.name}: {first_line(each.message)}"
        for each in results
        if each.status not in ("success", "skipped")
    ]
    if failed:
        raise DerivationFailed("; ".join(failed))
