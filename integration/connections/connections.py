"""Stores connections: Zoom accounts connected to organizations."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows


class AccountTaken(Exception):
    """The Zoom account belongs to another organization; the message is for the person who connects
    it.
    """


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


def connect_account(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    zoom_account_id: str,
    owner_user_id: str,
) -> tuple[str, bool]:
    """Connects a Zoom account, or renews its grant. Returns (connection_id, whether it is new).

    Raises AccountTaken when the account belongs to another organization, as it does until that
    organization's data is erased.
    """
    lock_account(connection, zoom_account_id)
    taken = connection.execute(
        "select 1 from integration.connections where zoom_account_id = %s and "
        "organization_id <> %s limit 1",
        [zoom_account_id, organization_id],
    ).fetchone()
    if taken:
        raise AccountTaken(
            "This Zoom account belongs to another organization. It can be connected here after "
            "that organization disconnects it and its data is erased."
        )
    renewed = rows.maybe_scalar(
        connection,
        str,
        """
        update integration.connections
        set granted_at = now(), status = 'active', status_detail = null, next_import_at = now()
        where zoom_account_id = %s and disconnected_at is null
        returning connection_id
        """,
        [zoom_account_id],
    )
    if renewed:
        return renewed, False
    # Cancels the erasure that an earlier removal of the app has scheduled.
    connection.execute(
        "update integration.connections set erase_due_at = null where zoom_account_id = %s",
        [zoom_account_id],
    )
    created = rows.scalar(
        connection,
        str,
        """
        insert into integration.connections (organization_id, zoom_account_id, owner_user_id)
        values (%s, %s, %s)
        returning connection_id
        """,
        [organization_id, zoom_account_id, owner_user_id],
    )
    return created, True
