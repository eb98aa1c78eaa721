"""Creates dbt's functions and the views in the schema `facts`.

They exist before any table: a batch compares the facts with their copy before it derives, and the
page reads them.
"""

import logging

import psycopg

from integration.pipeline.dbt.derived_with import record_views, views_are_built
from integration.pipeline.dbt.model_code import fingerprint_of_facts
from integration.pipeline.dbt.models import FACTS, facts_of, relations_of
from integration.pipeline.dbt.project import Manifest, read_manifest
from integration.pipeline.dbt.run import DbtFailed, failures_of, run_dbt
from integration.pipeline.marts import relations_exist
from integration.settings import Settings

log = logging.getLogger("facts")
_WITHOUT_TESTS = [f"--exclude-resource-type={kind}" for kind in ("test", "unit_test")]


def facts_are_built(connection: psycopg.Connection) -> bool:
    """Whether the views and functions were created from this state of the project."""
    return _are_built(connection, read_manifest())


def build_facts(writer: psycopg.Connection, settings: Settings, url: str) -> None:
    """Creates or replaces them if their code has changed or a view is missing. DbtFailed if that
    is not possible. `writer` holds the writer's lock.
    """
    manifest = read_manifest()
    if _are_built(writer, manifest):
        return
    results = run_dbt(
        ["build", "--select", FACTS, "resource_type:function", *_WITHOUT_TESTS],
        settings=settings,
        url=url,
        log=log,
        writer=writer,
    )
    failures = failures_of(results)
    if failures:
        raise DbtFailed("; ".join(failures))
    record_views(writer, "facts", fingerprint_of_facts(manifest))


def _are_built(connection: psycopg.Connection, manifest: Manifest) -> bool:
    return views_are_built(connection, "facts", fingerprint_of_facts(manifest)) and relations_exist(
        connection, relations_of(manifest, facts_of(manifest))
    )
