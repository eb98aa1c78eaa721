"""Connections: Zoom accounts joined to organizations, and when each one's users are to be imported."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

# `user.*` events keep the list current in between.
IMPORT_EVERY = "6 hours"
# A connection that failed for a passing reason is tried again by the next tick.
RETRY_AFTER = "20 minutes"


class AccountTaken(Exception):
    """The Zoom account belongs to another organization; the message is for the person who connects."""


@dataclass(frozen=True)
class Connection:
    connection_id: str
    organization_id: str
    zoom_account_id: str


def open_connections(connection: psycopg.Connection) -> list[Connection]:
    """Every connection that is not disconnected."""
    return _connections(connection, "disconnected_at is null", [])


def connections_due(connection: psycopg.Connection, *, now: datetime) -> list[Connection]:
    """Those whose users are to be imported: new ones, on request, and every 6 hours."""
    return _connections(connection, "disconnected_at is null and next_import_at <= %s", [now])


def join_account(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    zoom_account_id: str,
    owner_user_id: str,
) -> tuple[str, bool]:
    """Joins a Zoom account, or renews the grant of the connection it has: (connection_id, whether it is new).

    AccountTaken when the account has belonged to another organization: it stays theirs until their data is erased.
    """
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [zoom_account_id])
    taken = connection.execute(
        "select 1 from integration.connections where zoom_account_id = %s and organization_id <> %s limit 1",
        [zoom_account_id, organization_id],
    ).fetchone()
    if taken:
        raise AccountTaken(
            "This Zoom account belongs to another organization. It can be connected here once that organization "
            "has disconnected it and its data has been erased."
        )
    renewed = connection.execute(
        """
        update integration.connections
        set granted_at = now(), status = 'active', status_detail = null, next_import_at = now()
        where zoom_account_id = %s and disconnected_at is null
        returning connection_id
        """,
        [zoom_account_id],
    ).fetchone()
    if renewed:
        return renewed[0], False
    made = connection.execute(
        """
        insert into integration.connections (organization_id, zoom_account_id, owner_user_id)
        values (%s, %s, %s)
        returning connection_id
        """,
        [organization_id, zoom_account_id, owner_user_id],
    ).fetchone()
    return made[0], True


def note_import(connection: psycopg.Connection, connection_id: str, *, now: datetime) -> None:
    """The import worked: the connection is well again."""
    connection.execute(
        f"""
        update integration.connections
        set status = 'active', status_detail = null, users_imported_at = %s,
            next_import_at = %s + interval '{IMPORT_EVERY}'
        where connection_id = %s and disconnected_at is null
        """,
        [now, now, connection_id],
    )


def note_trouble(
    connection: psycopg.Connection,
    connection_id: str,
    *,
    reason: str,
    now: datetime,
    is_passing: bool,
    retry_at: datetime | None = None,
) -> None:
    """The import failed: the connection needs attention, and is tried again later."""
    connection.execute(
        f"""
        update integration.connections
        set status = 'needs_attention', status_detail = %s,
            next_import_at = coalesce(%s, %s + case when %s then interval '{RETRY_AFTER}' else interval '{IMPORT_EVERY}' end)
        where connection_id = %s and disconnected_at is null
        """,
        [reason, retry_at, now, is_passing, connection_id],
    )


def _connections(
    connection: psycopg.Connection, condition: str, parameters: list[object]
) -> list[Connection]:
    cursor = connection.cursor(row_factory=class_row(Connection))
    query = f"""
        select connection_id, organization_id, zoom_account_id from integration.connections
        where {condition}
        order by organization_id, zoom_account_id
    """
    return cursor.execute(query, parameters).fetchall()


def never_imported(connection: psycopg.Connection, *, now: datetime) -> list[Connection]:
    """New connections whose users nobody has asked Zoom for yet."""
    return _connections(
        connection,
        "disconnected_at is null and users_imported_at is null and status = 'active' and next_import_at <= %s",
        [now],
    )
