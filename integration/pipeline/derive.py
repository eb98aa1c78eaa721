"""What a batch derives: with dbt, over the live tables or beside them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from integration.pipeline.addresses.classification import classify_addresses
from integration.pipeline.batches import Batch, finish_batches
from integration.pipeline.comparison import Table, drop_rebuilt, take_over
from integration.pipeline.dbt.derived_with import (
    TableCode,
    analyze_landed,
    note_code,
    note_views,
    rows_written,
    views_are_built,
)
from integration.pipeline.dbt.messages import first_line
from integration.pipeline.dbt.model_code import code_of_tables, fingerprint_of_views
from integration.pipeline.dbt.models import ALL_TABLES, relations_of, views_of
from integration.pipeline.dbt.project import Manifest, read_manifest
from integration.pipeline.dbt.run import DbtFailed, run_dbt
from integration.pipeline.facts import take_settings
from integration.pipeline.marts import are_there
from integration.pipeline.writer import WriterLost
from integration.settings import Settings

PREFIX = "rebuild_"
log = logging.getLogger("derive")


class DerivationFailed(Exception):
    """dbt failed; the message names the models. The next batch takes the work up."""


@dataclass(frozen=True)
class Derivation:
    """One run of dbt over the live tables: what it is to know before, and to note after."""

    connection: psycopg.Connection
    manifest: Manifest
    code: dict[str, TableCode]  # by table
    views: str  # their fingerprint
    stale: list[str]  # tables that were derived with other code, or from such tables

    def views_are_built(self) -> bool:
        """Whether the views are in the database as this state of the project has them."""
        names = relations_of(self.manifest, views_of(self.manifest))
        return views_are_built(self.connection, self.views) and are_there(self.connection, names)

    def note_views(self) -> None:
        """Every view has been built."""
        note_views(self.connection, self.views)

    def finish(self) -> None:
        """Batches that every table has taken up are finished."""
        finish_batches(self.connection, tables=self.code)


def begin_derivation(connection: psycopg.Connection) -> Derivation:
    """Tables whose code has changed lose their progress, and Postgres learns what has grown."""
    manifest = read_manifest()
    code = code_of_tables(manifest)
    stale = note_code(connection, code)
    analyze_landed(connection)
    return Derivation(connection, manifest, code, fingerprint_of_views(manifest), stale)


def derive_what_is_new(
    connection: psycopg.Connection, settings: Settings, url: str, batch: Batch
) -> None:
    """What the batch's news touch: the settings' copy, addresses, models."""
    take_settings(connection, batch)
    classify_addresses(connection, batch, report=lambda _moves: None)
    _derive(begin_derivation(connection), settings, url)


def derive_stale(connection: psycopg.Connection, settings: Settings, url: str) -> dict[str, int]:
    """What was derived with other code than today's, in place; table -> rows written or deleted.
    Empty, and nothing was run, when there is no such table.
    """
    derivation = begin_derivation(connection)
    if derivation.stale:
        _derive(derivation, settings, url)
    return rows_written(connection, derivation.stale)


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
        for node in read_manifest()["nodes"].values()
        if node["resource_type"] == "model"
        and node["config"]["materialized"] == "incremental"
        and node["config"]["unique_key"]
    ]


def _derive(derivation: Derivation, settings: Settings, url: str) -> None:
    only_tables = ["--select", ALL_TABLES] if derivation.views_are_built() else []
    _run(derivation.connection, ["run", *only_tables], settings, url)
    derivation.note_views()
    derivation.finish()


def _run(
    connection: psycopg.Connection,
    arguments: Sequence[str],
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
    except (DbtFailed, WriterLost) as error:
        raise DerivationFailed(str(error).rstrip(".")) from error
    failed = [
        f"{each.node.name}: {first_line(each.message)}"
        for each in results
        if each.status not in ("success", "skipped")
    ]
    if failed:
        raise DerivationFailed("; ".join(failed))
