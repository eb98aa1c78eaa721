"""Where the database is, for each program that opens it in the form that it understands.

DATABASE_URL is a URL or a connection string of libpq, with any of its parameters. psycopg takes it
as it is; dbt reads libpq's variables, Dagster takes a URL that SQLAlchemy reads.
"""

import getpass
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import quote, urlencode

import psycopg
from psycopg import pq
from psycopg.abc import ConnDict
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from integration.database.unavailable import DatabaseUnavailable, DatabaseUnsuitable
from integration.settings import SettingsError

# What every session begins with, whatever the server, the database or the login has as its own: a
# batch may last longer than an idle session is let live, and dates are read as ISO writes them.
LIMITS = {
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_session_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
SESSION = {
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "search_path": "public",
    "default_transaction_isolation": "read committed",
}
# A server that vanished sends no refusal; without these Linux asks after two hours.
KEEPALIVES = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
CONNECT_SECONDS = 10
SERVICE = "worksights_zoom"


def parts_of(url: str) -> dict[str, str]:
    """libpq's parameters in the text; SettingsError, which does not repeat it, when it has none."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise SettingsError(
            "DATABASE_URL is not the address of a PostgreSQL database. It looks like "
            "postgresql://USER:PASSWORD@HOST:5432/NAME; in a password, write / @ : # % and blanks "
            "as %2F %40 %3A %23 %25 %20."
        ) from error
    return {name: str(value) for name, value in parts.items() if value is not None}


def expanded(url: str) -> str:
    """The address with what its service says, as libpq finds it now: later its file may be another
    one. SettingsError, which does not repeat the text, when it is no address.
    """
    if "service" not in parts_of(url):
        return url
    connection = pq.PGconn.connect_start(url.encode())
    try:
        found = {
            option.keyword.decode(): option.val.decode()
            for option in connection.info
            if option.val and option.val != option.compiled and option.keyword != b"service"
        }
        if not found:
            raise SettingsError(
                "DATABASE_URL names a service that cannot be read "
                f"({connection.error_message.decode().strip()})."
            )
    finally:
        connection.finish()
    return make_conninfo(**found)


def conninfo(url: str, *, role: str | None = None, **session: str) -> str:
    """The connection string with which psycopg opens it: role and session set from the first
    statement on. Limits that the address itself sets stay.
    """
    parts = parts_of(url)
    chosen = {**SESSION, **session, **({"role": role} if role else {})}
    options = " ".join([options_of(LIMITS), parts.pop("options", ""), options_of(chosen)])
    return make_conninfo(
        **{"connect_timeout": str(CONNECT_SECONDS), **KEEPALIVES, **parts, "options": options}
    )


def options_of(session: dict[str, str]) -> str:
    """Settings of a session as libpq's `options` have them: a blank in a value is escaped."""
    return " ".join(
        f"-c {name}={value.replace(chr(92), chr(92) * 2).replace(' ', chr(92) + ' ')}"
        for name, value in session.items()
    )


def libpq_environment(url: str, *, folder: Path, **session: str) -> dict[str, str]:
    """The same database and session as libpq's variables name them, for dbt. Parameters that have
    no variable go into a service file in `folder`.
    """
    parts = _of_one_server(conninfo_to_dict(conninfo(url, **session)))
    variables = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }
    others = {name: value for name, value in parts.items() if name not in variables}
    return {variables[name]: value for name, value in parts.items() if name in variables} | {
        "PGSERVICEFILE": str(_service_file(folder, others)),
        "PGSERVICE": SERVICE,
    }


def dagster_url(url: str) -> str:
    """The URL of Dagster's own storage: the same database, a schema of its own."""
    parts = conninfo_to_dict(conninfo(url, search_path="dagster"))
    given = {name: str(value) for name, value in parts.items() if value is not None}
    # What follows the question mark reaches the driver as it is; of the rest SQLAlchemy has its own
    # mind.
    return f"postgresql:///?{urlencode(given, quote_via=quote)}"


def place_of(url: str) -> str:
    """Host and port, for people to read."""
    parts = parts_of(url)
    return f"{parts.get('host', 'localhost')}:{parts.get('port', '5432')}"


def refusal(url: str, error: psycopg.OperationalError) -> DatabaseUnavailable:
    """What to say when psycopg could not connect."""
    first_line = (str(error).strip().splitlines() or ["no answer"])[0]
    reason = first_line.rpartition("failed: ")[2].strip()
    place = place_of(url)
    if "role" in reason and "does not exist" in reason:
        return DatabaseUnavailable(
            f"The database at {place} is not set up yet. Run: worksights-zoom migrate"
        )
    if "unsupported startup parameter" in reason:
        return DatabaseUnsuitable(
            f"The database at {place} cannot be used ({reason}): a pooler stands before it that "
            "takes no settings of a session. Give DATABASE_URL the server's own address."
        )
    return DatabaseUnavailable(
        f"The database at {place} cannot be used ({reason}). Start it or correct DATABASE_URL."
    )


def _of_one_server(parts: ConnDict) -> dict[str, str]:
    """With one port and a user: dbt's profile has room for no more, and needs no less."""
    given = {name: str(value) for name, value in parts.items() if value is not None}
    given.setdefault("user", getpass.getuser())
    given.setdefault("dbname", given["user"])
    if "," in given.get("port", ""):
        with psycopg.connect(make_conninfo(**given)) as connection:
            given |= {"host": connection.info.host, "port": str(connection.info.port)}
    return given


def _service_file(folder: Path, parameters: dict[str, str]) -> Path:
    """Another process may be writing the same file, or reading it."""
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=folder, prefix=".pg_service", delete=False) as file:
        lines = (f"{name}={value}\n" for name, value in parameters.items())
        file.write(f"[{SERVICE}]\n" + "".join(lines))
    return Path(file.name).replace(folder / "pg_service.conf")
