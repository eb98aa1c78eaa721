"""Checks that a session has the requested role and settings.

A pooler may reuse other clients' sessions and drop requested settings. Then the receiver could read
bodies, and a 2xx response would not guarantee that a delivery is on disk.
"""

from typing import Any

import psycopg

from integration.database.address import SESSION, place_of, role_name, setting_of
from integration.database.schema_version import refuse_other_schema
from integration.database.unavailable import DatabaseUnsuitable

OLDEST_SERVER = 16
KNOWS_TRANSACTION_TIMEOUT = 17_00_00  # in libpq's version numbers
# `transaction_timeout` cannot be set while connecting, because PostgreSQL 16 does not know it.
_QUESTION = """
    select
        to_regclass('public.worksights_zoom_schema') is not null,
        obj_description(to_regclass('public.worksights_zoom_schema'), 'pg_class'),
        current_user,
        session_user,
        current_setting('timezone'),
        current_setting('search_path'),
        current_setting('intervalstyle'),
        case
            when current_setting('transaction_timeout', true) <> '0'
                then set_config('transaction_timeout', '0', false)
        end
"""


def check_session(
    connection: psycopg.Connection, url: str, *, role: str | None, at_any_schema: bool
) -> None:
    """Raises DatabaseUnsuitable, with a message for operators, if the server is too old, the
    session has another role or other settings, or, unless `at_any_schema`, the schema of the
    database is not the one that this release needs.
    """
    _refuse_old_server(connection.info, url)
    found = connection.execute(_QUESTION).fetchone()
    _refuse_other_session(found, url, role=role)
    if found and not at_any_schema:
        refuse_other_schema(found[0], found[1], url)


async def check_session_async(
    connection: psycopg.AsyncConnection, url: str, *, role: str | None
) -> None:
    """The same at any schema: the processes of a release run on until those of the next one have
    started, after its migrations.
    """
    _refuse_old_server(connection.info, url)
    _refuse_other_session(await (await connection.execute(_QUESTION)).fetchone(), url, role=role)


def _refuse_old_server(info: psycopg.ConnectionInfo, url: str) -> None:
    version = info.server_version // 10_000
    if version < OLDEST_SERVER:
        raise DatabaseUnsuitable(
            f"The database at {place_of(url)} is PostgreSQL {version}. PostgreSQL {OLDEST_SERVER} "
            "or newer is required."
        )


def _refuse_other_session(found: tuple[Any, ...] | None, url: str, *, role: str | None) -> None:
    _, _, current_user, session_user, *settings, _ = found or (False, None, *5 * [""], None)
    wanted_user = role_name(url, role) if role else session_user
    wanted = [SESSION[name] for name in ("timezone", "search_path", "intervalstyle")]
    if (current_user, settings) != (wanted_user, wanted):
        raise DatabaseUnsuitable(
            f"The database at {place_of(url)} did not apply the session settings (role "
            f"{wanted_user}, time zone UTC). A connection pooler in front of it drops "
            f"them. Set {setting_of(url)} to the address of the server itself, not of the pooler."
        )
