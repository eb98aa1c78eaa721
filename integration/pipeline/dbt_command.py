"""Runs a command of dbt for a person: next to the live tables, or on them as the pipeline does."""

from collections.abc import Callable

import psycopg

from integration.database.postgres import connect
from integration.pipeline.dbt import project
from integration.pipeline.dbt.command import Command, invoke_command
from integration.pipeline.dbt.dev_schemas import dev_failures, dev_functions, prepare_dev_schemas
from integration.pipeline.dbt.models import relations_of, views_of
from integration.pipeline.dbt.run import connected_dbt, session_of_writer
from integration.pipeline.derive import start_derivation
from integration.pipeline.failed_sessions import count_failures
from integration.pipeline.marts import existing_relations, marts_exist
from integration.pipeline.writer import kept_alive, only_writer
from integration.quantities import noun, quantity
from integration.settings import Settings

Say = Callable[[str], None]
_NOTHING_DERIVED = (
    "No batch has run on this database yet, so there are no live tables to read. To also build "
    "the models that a model reads, put + before its name: "
    "worksights-zoom dbt build -s +int_outcomes"
)


def run_beside_live(command: Command, settings: Settings, url: str, *, say: Say) -> int:
    """Runs the command with schemas of its own, and reads what is not there from the live ones.
    Returns dbt's exit code.
    """
    prefix = settings.dev_schema
    if not project.MANIFEST.exists():
        project.ensure_manifest()
    with connect(url, role="pipeline", autocommit=True) as connection:
        prepare_dev_schemas(connection, prefix)
        state = project.write_live_state(
            settings.home / "dbt" / "live_state",
            database=connection.info.dbname,
            own_functions=dev_functions(connection, prefix),
        )
        with connected_dbt(connection, settings, url):
            code, _ = invoke_command(
                command, settings, database=connection.info.dbname, defer_state=state
            )
        if code and not marts_exist(connection):
            say(_NOTHING_DERIVED)
        if command.writes:
            for (table, error), count in dev_failures(connection, prefix).items():
                say(
                    f"{table}: {quantity(count, 'part')} could not be derived (SQLSTATE {error}) "
                    f"and {noun(count, 'was', 'were')} copied from the live table. See "
                    f"{prefix}_pipeline.failures."
                )
    return code


def run_on_live(command: Command, settings: Settings, url: str, *, say: Say) -> int:
    """Runs the command on the live schemas. A command that writes holds the writer's lock, and
    records what it derived, like a Dagster run of the same models. Returns dbt's exit code.
    """
    project.ensure_manifest()
    if not command.writes:
        with (
            connect(url, role="pipeline") as connection,
            connected_dbt(connection, settings, url),
        ):
            return invoke_command(command, settings, database=connection.info.dbname)[0]
    with only_writer(url, say=say) as connection:
        derivation = start_derivation(connection)
        views = views_of(derivation.manifest)
        before = _existing_views(connection, derivation.manifest)
        session, database = session_of_writer(connection), connection.info.dbname
        with kept_alive(connection), connected_dbt(connection, settings, url, **session):
            code, built = invoke_command(command, settings, database=database)
            dropped = before - _existing_views(connection, derivation.manifest)
            if dropped:  # replacing a view drops those that read it
                again = Command(_run_of(dropped), "run", project.LIVE)
                again_code, rebuilt = invoke_command(again, settings, database=database)
                code, built = max(code, again_code), built | rebuilt
        if views <= built:
            derivation.record_views()
        derivation.finish()
        failed = count_failures(connection)
        if failed:
            say(
                f"Could not be derived: {quantity(failed, 'part')} (sessions, people, "
                "relationships or whole steps). The previous rows are kept. To see them, run: "
                "worksights-zoom status"
            )
    return code


def _existing_views(connection: psycopg.Connection, manifest: project.Manifest) -> set[str]:
    return existing_relations(connection, relations_of(manifest, views_of(manifest)))


def _run_of(views: set[str]) -> list[str]:
    names = sorted(view.partition(".")[2] for view in views)
    return ["run", "--quiet", "--target", project.LIVE, "--select", *names]
