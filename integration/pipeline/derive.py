"""Derives tables with dbt: updates the live tables, or builds copies of them in other schemas."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from integration.pipeline.addresses.classification import classify_addresses
from integration.pipeline.batches import Batch, finish_batches
from integration.pipeline.comparison import Table, apply_rebuilt, drop_rebuilt
from integration.pipeline.dbt.derived_with import (
    TableCode,
    analyze_landed,
    record_code,
    record_views,
    rows_written,
    views_are_built,
)
from integration.pipeline.dbt.facts import build_facts
from integration.pipeline.dbt.model_code import code_of_tables, fingerprint_of_views
from integration.pipeline.dbt.models import ALL_TABLES, FACTS, relations_of, views_of
from integration.pipeline.dbt.project import LIVE, Manifest, read_manifest
from integration.pipeline.dbt.run import DbtFailed, failures_of, run_dbt
from integration.pipeline.facts import sync_facts
from integration.pipeline.marts import relations_exist
from integration.pipeline.status import delay_of_batch, landed_batch, record_delay
from integration.pipeline.used_news import delete_used_news
from integration.pipeline.writer import WriterLost
from integration.settings import Settings

PREFIX = "rebuild_"  # of the schemas of dbt's target `rebuild`
log = logging.getLogger("derive")


class DerivationFailed(Exception):
    """dbt failed; the message names the models. The next batch continues the work."""


@dataclass(frozen=True)
class Derivation:
    """One run of dbt over the live tables: what must be known before it and recorded after it."""

    connection: psycopg.Connection
    manifest: Manifest
    code: dict[str, TableCode]  # by table
    views: str  # the fingerprint of the views
    stale: list[str]  # tables that were derived with other code, or from such tables

    def views_are_built(self) -> bool:
        """Whether the views in the database were built from this state of the project."""
        names = relations_of(self.manifest, views_of(self.manifest))
        return views_are_built(self.connection, "views", self.views) and relations_exist(
            self.connection, names
        )

    def record_views(self) -> None:
        """Records that all views have been built."""
        record_views(self.connection, "views", self.views)

    def finish(self) -> None:
        """Finishes the batches that all tables have processed, and deletes their change sets."""
        with self.connection.transaction():
            batch = landed_batch(self.connection)
            delay = delay_of_batch(self.connection, batch) if batch else None
            finished = finish_batches(self.connection, tables=self.code)
            if batch and delay and finished == batch.number:
                record_delay(self.connection, delay, batch)
            delete_used_news(self.connection, finished=finished)


def start_derivation(connection: psycopg.Connection) -> Derivation:
    """Resets the tables with changed code, and updates Postgres' statistics."""
    manifest = read_manifest()
    code = code_of_tables(manifest)
    stale = record_code(connection, code)
    analyze_landed(connection)
    return Derivation(connection, manifest, code, fingerprint_of_views(manifest), stale)


def derive_changes(
    connection: psycopg.Connection, settings: Settings, url: str, batch: Batch
) -> None:
    """Derives what the batch's change set affects: the settings' copy, addresses, models."""
    try:
        build_facts(connection, settings, url)
    except (DbtFailed, WriterLost) as error:
        raise DerivationFailed(str(error).rstrip(".")) from error
    sync_facts(connection, batch)
    classify_addresses(connection, batch, report=lambda _moves: None)
    _derive(start_derivation(connection), settings, url)


def derive_stale(connection: psycopg.Connection, settings: Settings, url: str) -> dict[str, int]:
    """Derives the tables with changed code again, in place. Returns table -> rows written or
    deleted; does nothing and returns {} when there is no such table.
    """
    derivation = start_derivation(connection)
    if derivation.stale:
        _derive(derivation, settings, url)
    return rows_written(connection, derivation.stale)


def derive_everything(
    connection: psycopg.Connection, settings: Settings, url: str, batch: Batch
) -> None:
    """Derives everything, because deleted events are not in the change set."""
    derive_changes(connection, settings, url, batch)
    apply_rebuilt(connection, derive_copies(connection, settings, url), PREFIX)
    drop_rebuilt(connection, PREFIX)


def derive_copies(connection: psycopg.Connection, settings: Settings, url: str) -> list[Table]:
    """Derives all tables again, in schemas with PREFIX. Returns the tables that batches update,
    parents first. The caller must drop the copies.
    """
    drop_rebuilt(connection, PREFIX)
    _run(connection, ["run", "--full-refresh"], settings, url, target="rebuild")
    return [
        Table(
            schema=node["schema"],
            name=node["name"],
            keys=tuple(node["config"]["unique_key"]),
            audit_columns=tuple(node["config"]["meta"].get("stamps", ())),
        )
        for node in read_manifest()["nodes"].values()
        if node["resource_type"] == "model"
        and node["config"]["materialized"] == "incremental"
        and node["config"]["unique_key"]
    ]


def _derive(derivation: Derivation, settings: Settings, url: str) -> None:
    only_tables = ["--select", ALL_TABLES] if derivation.views_are_built() else []
    _run(derivation.connection, ["run", *only_tables], settings, url)
    derivation.record_views()
    derivation.finish()


def _run(
    connection: psycopg.Connection,
    arguments: Sequence[str],
    settings: Settings,
    url: str,
    *,
    target: str = LIVE,
) -> None:
    try:
        results = run_dbt(
            [*arguments, "--exclude", FACTS],
            settings=settings,
            url=url,
            log=log,
            writer=connection,
            target=target,
        )
    except (DbtFailed, WriterLost) as error:
        raise DerivationFailed(str(error).rstrip(".")) from error
    failed = failures_of(results)
    if failed:
        raise DerivationFailed("; ".join(failed).rstrip("."))
