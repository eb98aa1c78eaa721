"""Applies pending migrations with alembic, each in its own transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from integration.database.address import place_of
from integration.database.postgres import connect
from integration.database.unavailable import DatabaseUnavailable

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
    with connect(url, autocommit=True) as guard:
        guard.execute("select pg_advisory_lock(%s)", [MIGRATION_LOCK])
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
        yield applied


def engine_of(url: str) -> Engine:
    """An SQLAlchemy engine over our own connections; it sends statements unchanged."""
    return create_engine(
        "postgresql+psycopg://",
        creator=partial(connect, url),
        poolclass=NullPool,
        execution_options={"no_parameters": True},
    )


def configuration(**attributes: object) -> Config:
    """alembic's configuration, with the attributes that env.py reads."""
    config = Config(attributes=attributes)
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
