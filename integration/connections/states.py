"""Counts the connections of the whole installation by their status, without naming any."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows


@dataclass(frozen=True)
class ConnectionStates:
    """`failures` says of each connection that needs attention whether a retry may succeed, None if
    that is not known. `connected_at` are the starts of the connections in use. `oldest_import_at`
    is the last import of users of the connection in use whose last import is longest ago; a
    connection that was never imported counts from when it was connected.
    """

    active: int
    needs_attention: int
    disconnected: int
    failures: list[bool | None]
    connected_at: list[datetime]
    oldest_import_at: datetime | None


def connection_states(connection: psycopg.Connection) -> ConnectionStates:
    return rows.one(
        connection,
        ConnectionStates,
        """
        select
            count(*) filter (where status = 'active') as active,
            count(*) filter (where status = 'needs_attention') as needs_attention,
            count(*) filter (where status = 'disconnected') as disconnected,
            coalesce(
                array_agg(failure_is_transient) filter (where status = 'needs_attention'), '{}'
            ) as failures,
            coalesce(
                array_agg(connected_at) filter (where disconnected_at is null), '{}'
            ) as connected_at,
            min(coalesce(users_imported_at, connected_at)) filter (
                where disconnected_at is null
            ) as oldest_import_at
        from integration.connections
        """,
    )
