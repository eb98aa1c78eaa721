"""What the page does to a connection: asks for an import, ends it."""

from collections.abc import Sequence

import psycopg

from integration.connections.tokens import take_tokens


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


def disconnect(
    connection: psycopg.Connection,
    connection_id: str,
    *,
    organization_id: str,
    keys: Sequence[str],
) -> tuple[str, str | None] | None:
    """Ends a connection now and drops its tokens. What came in stays.

    The Zoom account's id, and a token with which the grant can be revoked at Zoom, if there is
    one. None when there is no such connection in use.
    """
    ended = connection.execute(
        """
        update integration.connections
        set status = 'disconnected', status_detail = null, disconnected_at = now()
        where connection_id = %s and organization_id = %s and disconnected_at is null
        returning zoom_account_id
        """,
        [connection_id, organization_id],
    ).fetchone()
    if ended is None:
        return None
    return ended[0], take_tokens(connection, connection_id, keys=keys)
