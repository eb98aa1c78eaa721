"""Connects to the database: the embedded one below the home, unless an address is set.

Each process uses a role with only the privileges it needs: the receiver can only insert deliveries,
the page cannot change landed events, and so on. It logs in as that role, or, if only the owner's
address is set, as the owner who takes the role (logins.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import psycopg

from integration.database import embedded
from integration.database.address import (
    Address,
    connection_error,
    conninfo,
    expanded,
    parts_of,
    with_role_prefix,
)
from integration.database.role_names import Role
from integration.database.session import check_session
from integration.settings import Settings, SettingsError

# The settings with the addresses of processes that have logins of their own.
OWN_URLS = {
    "receiver": "RECEIVER_DATABASE_URL",
    "page": "PAGE_DATABASE_URL",
    "pipeline": "PIPELINE_DATABASE_URL",
}


class CursorWithoutRows(psycopg.Cursor):
    """A cursor that raises errors without row values. Postgres quotes the values of a rejected row,
    and error messages end up in logs and runs.
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


def database_url(settings: Settings, role: Role | None = None) -> str:
    """The address of the database in use, for the process of this role or for the owner; starts the
    embedded server when no address is set. SettingsError when there is none for this process, or it
    is invalid.
    """
    if embedded_is_used(settings):
        login = settings.role_prefix + role if role else embedded.OWNER
        url = with_role_prefix(embedded.url_of(settings.home, login), settings.role_prefix)
        return Address(url, setting=None)
    configured = _configured(settings, role)
    url = with_role_prefix(expanded(configured), settings.role_prefix)
    # `up` gives its processes the address of the embedded server, which no one has set.
    is_embedded = embedded.listens_in(settings.home, parts_of(url).get("host", ""))
    return Address(url, setting=None if is_embedded else configured.setting)


def embedded_is_used(settings: Settings) -> bool:
    return not any(settings.get(name) for name in ("DATABASE_URL", *OWN_URLS.values()))


def _configured(settings: Settings, role: Role | None) -> Address:
    own = OWN_URLS.get(role or "", "")
    for setting in (own, "DATABASE_URL"):
        if setting and (url := settings.get(setting)):
            return Address(url, setting)
    neither = f"Neither {own} nor DATABASE_URL is" if own else "DATABASE_URL is not"
    raise SettingsError(
        f"{neither} set. Set {'one' if own else 'it'} in .env (see .env.example) or in the "
        "environment."
    )


def connect(
    url: str,
    *,
    role: Role | None = None,
    autocommit: bool = False,
    at_any_schema: bool = False,
) -> psycopg.Connection:
    """A connection acting as `role`. DatabaseUnavailable, with a message for operators, when no
    server answers, the session does not have the requested settings, or, unless `at_any_schema`,
    the database was not migrated by this release.
    """
    try:
        connection = psycopg.connect(
            conninfo(url, role=role), autocommit=autocommit, cursor_factory=CursorWithoutRows
        )
        try:
            check_session(connection, url, role=role, at_any_schema=at_any_schema)
        except BaseException:
            connection.close()
            raise
    except psycopg.OperationalError as error:
        raise connection_error(url, error) from error
    if not autocommit:
        connection.commit()  # a rollback would undo the limit that check_session has set
    return connection


def limit_statements(connection: psycopg.Connection, *, seconds: int) -> None:
    """Limits each later statement of this session, and stops it soon after its client has ended."""
    connection.execute("select set_config('statement_timeout', %s, false)", [f"{seconds}s"])
    connection.execute("set client_connection_check_interval = '10s'")


@contextmanager
def transaction(
    url: str, *, role: Role | None = None, at_any_schema: bool = False
) -> Iterator[psycopg.Connection]:
    """One connection, one transaction: committed at the end, rolled back by any exception."""
    with connect(url, role=role, at_any_schema=at_any_schema) as connection:
        yield connection
