"""The database's address, in the form that each program needs.

It is set as a URL or a connection string of libpq, with any of its parameters. psycopg accepts it
unchanged, dbt reads libpq's variables, and Dagster needs a URL for SQLAlchemy.
"""

import getpass
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import quote, urlencode, urlsplit

import psycopg
from psycopg import pq
from psycopg.abc import ConnDict
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from integration.database.unavailable import DatabaseUnavailable, DatabaseUnsuitable
from integration.settings import SettingsError

# Every session starts with these settings, whatever the defaults of the server, the database or
# the login. A batch may take longer than the default timeouts, and dates are read in ISO format.
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
# A server that has vanished does not close its connections; by default, Linux checks them only
# after two hours.
KEEPALIVES = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
CONNECT_SECONDS = 10
SERVICE = "worksights_zoom"
# A setting of every session that says how this installation's roles are named. It is part of the
# address, so whoever has the address knows them.
ROLE_PREFIX = "worksights.role_prefix"


class Address(str):
    """The address, with the name of the setting that it came from so that errors can name it; None
    for the embedded server, whose address no one has set.
    """

    __slots__ = ("setting",)
    setting: str | None

    def __new__(cls, url: str, setting: str | None = "DATABASE_URL") -> "Address":
        address = super().__new__(cls, url)
        address.setting = setting
        return address


def setting_of(url: str) -> str:
    """The setting to correct if the address is wrong."""
    return (url.setting if isinstance(url, Address) else None) or "DATABASE_URL"


def is_embedded(url: str) -> bool:
    """Whether it is the address of the embedded server."""
    return isinstance(url, Address) and url.setting is None


def next_steps(url: str, *more: str) -> str:
    """A sentence with what to try when the database does not answer, or rejects queries."""
    if is_embedded(url):
        steps = ["Start the embedded database (worksights-zoom up does this)", *more]
    else:
        steps = ["Start the database", *more, f"correct {setting_of(url)}"]
    return f"{', '.join(steps)}, or run worksights-zoom migrate."


def parts_of(url: str) -> dict[str, str]:
    """The libpq parameters in the text; SettingsError, which does not quote it, if invalid."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise SettingsError(
            f"{setting_of(url)} is not a valid PostgreSQL address. Use the form "
            "postgresql://USER:PASSWORD@HOST:5432/NAME. In a password, write / @ : # % and spaces "
            "as %2F %40 %3A %23 %25 %20."
        ) from None  # libpq's own words quote a part of the text, which may be the password
    return {name: str(value) for name, value in parts.items() if value is not None}


def expanded(url: str) -> str:
    """The address with its service resolved now, because the service file may change later.
    SettingsError, which does not quote the text, if it is invalid.
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
                f"{setting_of(url)} names a service that cannot be read "
                f"({connection.error_message.decode().strip()}). Check the service file."
            )
    finally:
        connection.finish()
    return make_conninfo(**found)


def with_role_prefix(url: str, prefix: str) -> str:
    """The address, which from now on says that the roles' names start with the prefix."""
    parts = parts_of(url)
    if not prefix or ROLE_PREFIX in parts.get("options", ""):
        return url
    options = f"{parts.get('options', '')} -c {ROLE_PREFIX}={prefix}".strip()
    if urlsplit(url).scheme and "options" not in parts:
        return f"{url}{'&' if urlsplit(url).query else '?'}options={quote(options, safe='')}"
    return _as_url({**parts, "options": options})


def role_name(url: str, role: str) -> str:
    """What this role is called on the server of this address."""
    found = re.search(rf"-c {ROLE_PREFIX}=(\w+)", parts_of(url).get("options", ""))
    return (found[1] if found else "") + role


def url_of_login(url: str, login: str, password: str | None) -> str:
    """The address of the same database for another login, as a URL."""
    own = {"user", "password", "passfile", "sslcert", "sslkey", "sslpassword", "channel_binding"}
    parts = {name: value for name, value in parts_of(url).items() if name not in own}
    place = parts.get("host", "")
    given = f"{quote(login, safe='')}{f':{password}' if password else ''}@"
    if not re.fullmatch(r"[\w.-]*", place) or "," in parts.get("port", "") or "hostaddr" in parts:
        return f"postgresql://{given}/?{_query(parts)}"
    port = f":{parts.pop('port')}" if "port" in parts else ""
    name = quote(parts.pop("dbname", ""), safe="")
    parts.pop("host", None)
    return f"postgresql://{given}{place}{port}/{name}" + (f"?{_query(parts)}" if parts else "")


def conninfo(url: str, *, role: str | None = None, **session: str) -> str:
    """The connection string for psycopg, which sets the role and the session before the first
    statement. Limits in the address are kept.
    """
    parts = parts_of(url)
    chosen = {**SESSION, **session, **({"role": role_name(url, role)} if role else {})}
    options = " ".join([options_of(LIMITS), parts.pop("options", ""), options_of(chosen)])
    return make_conninfo(
        **{"connect_timeout": str(CONNECT_SECONDS), **KEEPALIVES, **parts, "options": options}
    )


def options_of(session: dict[str, str]) -> str:
    """Session settings in the syntax of libpq's `options`, with spaces in values escaped."""
    return " ".join(
        f"-c {name}={value.replace(chr(92), chr(92) * 2).replace(' ', chr(92) + ' ')}"
        for name, value in session.items()
    )


def libpq_environment(url: str, *, folder: Path, **session: str) -> dict[str, str]:
    """The same database and session as libpq's environment variables, for dbt. Parameters without
    a variable are written to a service file in `folder`.
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
        **{f"{role.upper()}_ROLE": role_name(url, role) for role in ("pipeline", "page")},
    }


def dagster_url(url: str) -> str:
    """The URL of Dagster's own storage: the same database, in the schema `dagster`, which belongs
    to the role `pipeline`.
    """
    return _as_url(conninfo_to_dict(conninfo(url, role="pipeline", search_path="dagster")))


def place_of(url: str) -> str:
    """Host and port, for messages."""
    parts = parts_of(url)
    return f"{parts.get('host', 'localhost')}:{parts.get('port', '5432')}"


def connection_error(url: str, error: BaseException) -> DatabaseUnavailable:
    """The error to raise when a driver could not connect: all quote libpq's own words."""
    first_line = (str(error).strip().splitlines() or ["no response"])[0]
    reason = first_line.rpartition("failed: ")[2].strip()
    place = place_of(url)
    if "role" in reason and ("does not exist" in reason or "not permitted to log in" in reason):
        return DatabaseUnavailable(
            f"The database at {place} is not set up yet. Run: worksights-zoom migrate"
        )
    if "unsupported startup parameter" in reason:
        return DatabaseUnsuitable(
            f"Cannot use the database at {place} ({reason}). A connection pooler in front of it "
            f"rejects session settings. Set {setting_of(url)} to the address of the server itself, "
            "not of the pooler."
        )
    if is_embedded(url):
        return DatabaseUnavailable(
            f"Cannot connect to the embedded PostgreSQL server in {parts_of(url)['host']} "
            f"({reason}). To start it, run: worksights-zoom up"
        )
    return DatabaseUnavailable(
        f"Cannot connect to the database at {place} ({reason}). Start it, or correct "
        f"{setting_of(url)}."
    )


def _as_url(parts: ConnDict) -> str:
    # SQLAlchemy passes only the part after the question mark to the driver unchanged.
    return f"postgresql:///?{_query(parts)}"


def _query(parts: Mapping[str, object]) -> str:
    given = {name: str(value) for name, value in parts.items() if value is not None}
    return urlencode(given, quote_via=quote)


def _of_one_server(parts: ConnDict) -> dict[str, str]:
    """The parameters with exactly one port and a user, as dbt's profile requires."""
    given = {name: str(value) for name, value in parts.items() if value is not None}
    given.setdefault("user", getpass.getuser())
    given.setdefault("dbname", given["user"])
    if "," in given.get("port", ""):
        with psycopg.connect(make_conninfo(**given)) as connection:
            given |= {"host": connection.info.host, "port": str(connection.info.port)}
    return given


def _service_file(folder: Path, parameters: dict[str, str]) -> Path:
    """Writes the file and moves it into place: other processes may read or write it, too."""
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=folder, prefix=".pg_service", delete=False) as file:
        lines = (f"{name}={value}\n" for name, value in parameters.items())
        file.write(f"[{SERVICE}]\n" + "".join(lines))
    return Path(file.name).replace(folder / "pg_service.conf")
