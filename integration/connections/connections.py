"""Connections: Zoom accounts joined to organizations, and when each one's users are to be
imported.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from integration.database import rows
from integration.zoom.errors import LONGEST_PAUSE

# `user.*` events keep the list current in between.
IMPORT_EVERY = timedelta(hours=6)
# A connection that failed for a passing reason is tried again by the next tick.
RETRY_AFTER = timedelta(minutes=20)


class AccountTaken(Exception):
    """The Zoom account belongs to another organization; the message is for the person who
    connects.
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
    """Every connection that is not disconnected, those that work and are due first in front."""
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


def connections_due(connection: psycopg.Connection, *, now: datetime) -> list[Connection]:
    """Those whose users are to be imported: new ones, on request, and every 6 hours."""
    return [known for known in open_connections(connection) if known.next_import_at <= now]


def imports_asked_for(connection: psycopg.Connection, *, now: datetime) -> list[Connection]:
    """Those that somebody waits for: new connections, and imports that were asked for. The time
    of the next import is then earlier than the last import has put it.
    """
    return [
        due
        for due in connections_due(connection, now=now)
        if due.status == "active"
        and (
            due.users_imported_at is None
            or due.next_import_at < due.users_imported_at + IMPORT_EVERY
        )
    ]


def hold_account(connection: psycopg.Connection, zoom_account_id: str) -> None:
    """Until the transaction ends nobody else connects or erases this account."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [zoom_account_id])


def join_account(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    zoom_account_id: str,
    owner_user_id: str,
) -> tuple[str, bool]:
    """Joins a Zoom account, or renews the grant it has: (connection_id, whether it is new).

    AccountTaken when the account has belonged to another organization: it stays theirs until their
    data is erased.
    """
    hold_account(connection, zoom_account_id)
    taken = connection.execute(
        "select 1 from integration.connections where zoom_account_id = %s and "
        "organization_id <> %s limit 1",
        [zoom_account_id, organization_id],
    ).fetchone()
    if taken:
        raise AccountTaken(
            "This Zoom account belongs to another organization. It can be connected here "
            "once that organization "
            "has disconnected it and its data has been erased."
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
    # What an earlier removal of the app has scheduled is off.
    connection.execute(
        "update integration.connections set erase_due_at = null where zoom_account_id = %s",
        [zoom_account_id],
    )
    made = rows.scalar(
        connection,
        str,
        """
        insert into integration.connections (organization_id, zoom_account_id, owner_user_id)
        values (%s, %s, %s)
        returning connection_id
        """,
        [organization_id, zoom_account_id, owner_user_id],
    )
    return made, True


def note_import(
    connection: psycopg.Connection, connection_id: str, *, now: datetime, phone_detail: str | None
) -> None:
    """The import worked: the connection is well again. Without Zoom Phone it says so."""
    connection.execute(
        """
        update integration.connections
        set status = 'active', status_detail = null, phone_detail = %s, users_imported_at = %s,
            next_import_at = %s
        where connection_id = %s and disconnected_at is null
        """,
        [phone_detail, now, now + IMPORT_EVERY, connection_id],
    )


def note_trouble(
    connection: psycopg.Connection,
    connection_id: str,
    *,
    reason: str,
    now: datetime,
    is_passing: bool,
    retry_at: datetime | None = None,
    has_users: bool = False,
) -> None:
    """The import failed, with `has_users` after all users were read: the connection needs
    attention, and is tried again within a day.
    """
    next_try = retry_at or now + (RETRY_AFTER if is_passing else IMPORT_EVERY)
    connection.execute(
        """
        update integration.connections
        set status = 'needs_attention', status_detail = %(reason)s,
            next_import_at = least(
                %(next_try)s, greatest(%(now)s, now()) + %(longest_pause)s
            ),
            users_imported_at = case when %(has_users)s then %(now)s else users_imported_at end
        where connection_id = %(connection)s and disconnected_at is null
        """,
        {
            "reason": reason,
            "next_try": next_try,
            "now": now,
            "longest_pause": LONGEST_PAUSE,
            "has_users": has_users,
            "connection": connection_id,
        },
    )
