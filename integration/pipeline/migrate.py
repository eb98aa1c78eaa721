"""Migrates the database: tables with alembic, then their next months, then the views and functions
that dbt creates.
"""

from collections.abc import Callable

from integration.database.logins import allow_logins_without_password
from integration.database.migrate import migrated
from integration.database.months import create_months
from integration.database.postgres import connect, embedded_is_used
from integration.database.unavailable import DatabaseUnavailable
from integration.pipeline.dbt.facts import build_facts, facts_are_built
from integration.pipeline.dbt.project import ensure_manifest
from integration.pipeline.dbt.run import DbtFailed
from integration.pipeline.writer import WriterLost, only_writer
from integration.settings import Settings


def migrate(settings: Settings, url: str, *, say: Callable[[str], None]) -> list[str]:
    """Applies what is pending and returns the names of the migrations; safe to repeat and to run in
    parallel. `say` receives a sentence when it has to wait for a batch.
    """
    with migrated(url) as applied:
        if embedded_is_used(settings):
            allow_logins_without_password(url)
        ensure_manifest()
        with connect(url, role="pipeline", autocommit=True) as connection:
            create_months(connection)
            is_up_to_date = facts_are_built(connection)
        if not is_up_to_date:
            _build_facts(settings, url, say)
    return applied


def _build_facts(settings: Settings, url: str, say: Callable[[str], None]) -> None:
    try:
        with only_writer(url, say=say) as writer:
            build_facts(writer, settings, url)
    except (DbtFailed, WriterLost) as error:
        raise DatabaseUnavailable(
            f"The migrations are applied, but the views on the settings are not up to date "
            f"({str(error).rstrip('.')}). Fix the cause, then run: worksights-zoom migrate"
        ) from error
