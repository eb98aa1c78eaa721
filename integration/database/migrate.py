"""Brings the database to the newest schema: plain SQL files, run in order by yoyo, each in its own
transaction.
"""

import warnings
from pathlib import Path

import psycopg

from integration.database.address import place_of, yoyo_url
from integration.database.postgres import connect
from integration.database.unavailable import DatabaseUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
# Any constant will do; it only has to be the same in every process that migrates.
MIGRATION_LOCK = 7201_0001


def migrate(url: str) -> list[str]:
    """Applies what is missing and returns the names of what was applied; safe to repeat, and to run
    twice at once.
    """
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # yoyo imports an outdated spelling of importlib
        from yoyo import get_backend, read_migrations

    # yoyo's own lock is a table row, which a killed process would leave behind; this one ends with
    # the session.
    with connect(url, autocommit=True) as guard:
        guard.execute("select pg_advisory_lock(%s)", [MIGRATION_LOCK])
        backend = get_backend(yoyo_url(url))
        try:
            backend.break_lock()
            migrations = read_migrations(str(MIGRATIONS))
            missing = backend.to_apply(migrations)
            backend.apply_migrations(missing)
            return [migration.id for migration in missing]
        except psycopg.Error as error:
            raise DatabaseUnavailable(
                f"The database at {place_of(url)} could not be migrated "
                f"({error.diag.message_primary or type(error).__name__}). What was applied before "
                "stays; fix the cause and run it again: worksights-zoom migrate"
            ) from error
        finally:
            backend.connection.close()
