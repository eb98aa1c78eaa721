"""Brings the database to the newest schema: plain SQL files, run in order by yoyo, each in its own
transaction.
"""

import warnings
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from integration.store.postgres import connect

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
        backend = get_backend(_yoyo_url(url))
        try:
            backend.break_lock()
            migrations = read_migrations(str(MIGRATIONS))
            missing = backend.to_apply(migrations)
            backend.apply_migrations(missing)
            return [migration.id for migration in missing]
        finally:
            backend.connection.close()


def _yoyo_url(url: str) -> str:
    from urllib.parse import quote, urlencode

    parts = {k: v for k, v in conninfo_to_dict(url).items() if v is not None}
    user, password = parts.pop("user", ""), parts.pop("password", "")
    host, port, name = parts.pop("host", ""), parts.pop("port", ""), parts.pop("dbname", "")
    if host.startswith("/"):
        parts["host"], host = host, ""  # a socket folder goes into the query
    login = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    place = host + (f":{port}" if port else "")
    return f"postgresql+psycopg://{login}@{place}/{name}?{urlencode(parts)}"
