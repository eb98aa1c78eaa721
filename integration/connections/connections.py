"""Stores connections: Zoom accounts connected to organizations."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows


@dataclass(frozen=True)
class Connection:
    connection_id: str
    organization_id: str
    zoom_account_id: str
    status: str
    users_imported_at: datetime | None
    next_import_at: datetime


def open_connections(connection: psycopg.Connection) -> list[Connection]:
    """All connections that are not disconnected: active ones first, then by next import."""
    return rows.every(
        connection,
        Connection,
        """
        select
            connection_id, organization_id, zoom_account_id, status, users_imported_at,
            next_import_at
        from integration.connections
        where disconnected_at is null
        order by status <> 'active', next_import_at, organization_id, zoom_account_id
        """,
    )


def lock_account(connection: psycopg.Connection, zoom_account_id: str) -> None:
    """Locks the account until the transaction ends: no one else can connect or erase it."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [zoom_account_id])


def keep_account(
    connection: psycopg.Connection, *, organization_id: str, zoom_account_id: str
) -> bool:
    """Keeps others from connecting or erasing the account until the transaction ends, and returns
    whether it is the organization's: connected, or disconnected but not erased.
    """
    connection.execute(
        "select pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [zoom_account_id]
    )
    return rows.scalar(
        connection,
        bool,
        """
        select exists (
            select from integration.connections
            where organization_id = %s and zoom_account_id = %s
        )
        """,
        [organization_id, zoom_account_id],
    )
