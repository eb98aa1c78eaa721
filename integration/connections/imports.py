"""When the users of a connected account are imported: at once, every 6 hours, and on request."""

from datetime import datetime, timedelta

import psycopg

from integration.connections.connections import Connection, open_connections
from integration.zoom.errors import LONGEST_PAUSE

# `user.*` events keep the list current in between.
IMPORT_EVERY = timedelta(hours=6)
# A connection that failed for a passing reason is tried again by the next tick.
RETRY_AFTER = timedelta(minutes=20)


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


def ask_for_import(
    connection: psycopg.Connection, connection_id: str, *, organization_id: str
) -> str | None:
    """Has the next batch import the users. The Zoom account's id; None when there is no such
    connection in use.
    """
    asked = connection.execute(
        """
        update integration.connections set next_import_at = now()
        where connection_id = %s and organization_id = %s and disconnected_at is null
        returning zoom_account_id
        """,
        [connection_id, organization_id],
    ).fetchone()
    return asked[0] if asked else None
