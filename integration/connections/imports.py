"""Schedules the import of a connected account's users: at once, every 6 hours, and on request."""

from datetime import datetime, timedelta

import psycopg

from integration.connections.connections import Connection, open_connections
from integration.database.audit_trail import JOB
from integration.zoom.errors import LONGEST_PAUSE

# `user.*` events keep the list current in between.
IMPORT_EVERY = timedelta(hours=6)
# The next tick retries a connection that failed for a transient reason.
RETRY_AFTER = timedelta(minutes=20)


def connections_due(connection: psycopg.Connection, *, now: datetime) -> list[Connection]:
    """The connections due for an import: new ones, requested ones, and every 6 hours."""
    return [known for known in open_connections(connection) if known.next_import_at <= now]


def requested_imports(connection: psycopg.Connection, *, now: datetime) -> list[Connection]:
    """The due imports that someone is waiting for: of new connections, and requested ones. A
    request sets the next import earlier than the last import had scheduled it.
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


def record_import(
    connection: psycopg.Connection,
    connection_id: str,
    *,
    now: datetime,
    phone_detail: str | None,
    lacks_phone: bool,
) -> None:
    """Records a successful import: the connection is active. `phone_detail` says why there are no
    phone users, if there are none. The audit trail records that the connection works again.
    """
    connection.execute(
        """
        with before as (
            select connection_id, organization_id, status
            from integration.connections
            where connection_id = %(connection)s and disconnected_at is null
            for update
        ),
        recorded as (
            insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
            select organization_id, %(job)s, 'import_recovered', connection_id, '{}'
            from before where status = 'needs_attention'
        )
        update integration.connections
        set status = 'active', status_detail = null, failure_is_transient = null,
            phone_detail = %(phone_detail)s, lacks_phone = %(lacks_phone)s,
            users_imported_at = %(now)s, next_import_at = %(next_import)s, users_read = null
        from before
        where connections.connection_id = before.connection_id
        """,
        {
            "connection": connection_id,
            "phone_detail": phone_detail,
            "lacks_phone": lacks_phone,
            "now": now,
            "next_import": now + IMPORT_EVERY,
            "job": JOB,
        },
    )


def record_failed_import(
    connection: psycopg.Connection,
    connection_id: str,
    *,
    reason: str,
    now: datetime,
    is_transient: bool,
    is_retried_soon: bool,
    has_lost_access: bool = False,
    retry_at: datetime | None = None,
    has_users: bool = False,
) -> None:
    """Records a failed import: the connection needs attention, and is retried within a day.
    `is_transient` says whether a retry may succeed, `is_retried_soon` whether the next batch tries.
    With `has_users`, the import failed after all users were read. The audit trail records the first
    of several failures, and that Zoom no longer accepts the access.
    """
    next_try = retry_at or now + (RETRY_AFTER if is_retried_soon else IMPORT_EVERY)
    connection.execute(
        """
        with before as (
            select connection_id, organization_id, status, status_detail
            from integration.connections
            where connection_id = %(connection)s and disconnected_at is null
            for update
        ),
        recorded as (
            insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
            select organization_id, %(job)s, %(kind)s, connection_id, '{}'
            from before
            where status = 'active'
                or %(has_lost_access)s and status_detail is distinct from %(reason)s
        )
        update integration.connections
        set status = 'needs_attention', status_detail = %(reason)s,
            failure_is_transient = %(is_transient)s,
            next_import_at = least(
                %(next_try)s, greatest(%(now)s, now()) + %(longest_pause)s
            ),
            users_imported_at = case
                when %(has_users)s then %(now)s else connections.users_imported_at
            end,
            users_read = null
        from before
        where connections.connection_id = before.connection_id
        """,
        {
            "reason": reason,
            "is_transient": is_transient,
            "kind": "access_lost" if has_lost_access else "import_failed",
            "has_lost_access": has_lost_access,
            "next_try": next_try,
            "now": now,
            "longest_pause": LONGEST_PAUSE,
            "has_users": has_users,
            "connection": connection_id,
            "job": JOB,
        },
    )


def request_import(
    connection: psycopg.Connection, connection_id: str, *, organization_id: str
) -> str | None:
    """Requests an import of the users by the next batch. Returns the Zoom account's id; None when
    the connection does not exist or has ended.
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
