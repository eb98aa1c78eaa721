"""Applies pending migrations with alembic, each in its own transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from integration.database import rows
from integration.database.address import place_of, role_name
from integration.database.logins import role_exists, set_database_rights
from integration.database.postgres import connect
from integration.database.role_names import with_role_names
from integration.database.schema_version import comment_of, known_schemas, refuse_newer_schema
from integration.database.unavailable import DatabaseUnavailable, DatabaseUnsuitable

MIGRATIONS = Path(__file__).parent / "migrations"
# An arbitrary number, but the same in every process that migrates.
MIGRATION_LOCK = 7201_0001


@contextmanager
def migrated(url: str) -> Iterator[list[str]]:
    """Applies pending migrations and yields their names. Safe to repeat and to run in parallel: no
    other process migrates this database until the block ends.
    """
    applied: list[str] = []

    def record(*, step: Any, **_: object) -> None:
        applied.append(Path(step.up_revision.path).stem)

    # The lock ends with the session, so a killed process leaves none behind.
    with connect(url, autocommit=True, at_any_schema=True) as guard:
        guard.execute("select pg_advisory_lock(%s)", [MIGRATION_LOCK])
        _refuse_other_names(guard, url)
        refuse_newer_schema(guard, url)
        if role_exists(guard, role_name(url, "pipeline")):
            set_database_rights(guard, url)  # a backup that was restored does not have them
        try:
            with engine_of(url).connect() as connection:
                config = configuration(connection=connection, on_version_apply=[record])
                command.upgrade(config, "head")
        except DBAPIError as error:
            diagnosis = getattr(error.orig, "diag", None)
            reason = getattr(diagnosis, "message_primary", None) or type(error.orig).__name__
            raise DatabaseUnavailable(
                f"The database at {place_of(url)} could not be migrated ({reason}). Migrations "
                "that were already applied are kept. Fix the cause, then run: worksights-zoom "
                "migrate"
            ) from error
        set_database_rights(guard, url)
        guard.execute(comment_of(known_schemas()[-1]))  # earlier releases wrote none
        yield applied


def engine_of(url: str) -> Engine:
    """An SQLAlchemy engine over our own connections. It sends statements unchanged, but for the
    names of the roles where they have a prefix.
    """
    engine = create_engine(
        "postgresql+psycopg://",
        creator=partial(connect, url, at_any_schema=True),
        poolclass=NullPool,
        execution_options={"no_parameters": True},
    )
    prefix = role_name(url, "")

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def name_roles(*arguments: Any) -> tuple[str, Any]:
        _connection, _cursor, statement, parameters, *_ = arguments
        return with_role_names(statement, prefix), parameters

    return engine


def _refuse_other_names(connection: psycopg.Connection, url: str) -> None:
    """DatabaseUnsuitable if the database was set up with another DATABASE_ROLE_PREFIX."""
    owner = rows.maybe_scalar(
        connection,
        str,
        "select pg_get_userbyid(nspowner)::text from pg_namespace where nspname = 'staging'",
    )
    expected = role_name(url, "pipeline")
    if owner not in (None, expected):
        raise DatabaseUnsuitable(
            f"The pipeline's role in the database at {place_of(url)} is {owner}, but "
            f"DATABASE_ROLE_PREFIX requires {expected}. Correct the setting, or rename all four "
            f"roles, for example: alter role {owner} rename to {expected}"
        )


def configuration(**attributes: object) -> Config:
    """alembic's configuration, with the attributes that env.py reads."""
    config = Config(attributes=attributes)
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
