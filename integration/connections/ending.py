"""Ends connections: on request, or because the Zoom account removed our app."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import psycopg

from integration.connections.tokens import pop_tokens
from integration.database import rows
from integration.database.audit_trail import JOB


@dataclass(frozen=True)
class Ended:
    """A connection that was ended. `token` revokes the grant at Zoom; None if there is none."""

    token: str | None


def end_deauthorized(
    connection: psycopg.Connection, *, client_id: str, erase_after: timedelta
) -> list[str]:
    """Ends the connections of accounts that removed our app, as of that time. Deletes their tokens
    and schedules the erasure of their data after the grace period, which is also done, once, for an
    account that was disconnected here before. Returns the affected connections.

    Ignores a deauthorization older than the newest grant: the account was reconnected since.
    """
    return rows.scalars(
        connection,
        str,
        """
        with newest as (
            select distinct on (zoom_account_id)
                connection_id, organization_id, zoom_account_id, granted_at, erase_due_at
            from integration.connections
            order by zoom_account_id, connected_at desc, disconnected_at desc nulls first
        ),
        removed as (
            select newest.connection_id, max(events.occurred_at) as occurred_at
            from newest
            inner join zoom_raw.events using (organization_id, zoom_account_id)
            where events.event = 'app_deauthorized'
                and events.fields ->> 'client_id' = %(client_id)s
                and events.occurred_at > newest.granted_at
                and newest.erase_due_at is null
            group by newest.connection_id
        ),
        ended as (
            update integration.connections
            set status = 'disconnected',
                disconnected_at = coalesce(disconnected_at, removed.occurred_at),
                erase_due_at = removed.occurred_at + %(erase_after)s,
                status_detail = 'The app was removed in Zoom. Reconnect the account.'
            from removed
            where connections.connection_id = removed.connection_id
            returning connections.connection_id, connections.organization_id
        ),
        recorded as (
            insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
            select organization_id, %(job)s, 'connection_ended', connection_id, '{}'
            from ended
        ),
        without_tokens as (
            delete from integration.tokens using ended
            where tokens.connection_id = ended.connection_id
        )
        select connection_id from ended
        """,
        {"client_id": client_id, "erase_after": erase_after, "job": JOB},
    )


def disconnect(
    connection: psycopg.Connection,
    connection_id: str,
    *,
    organization_id: str,
    keys: Sequence[str],
) -> Ended | None:
    """Ends a connection now and deletes its tokens. Data received before stays. None if the
    connection does not exist or has already ended.
    """
    ended = connection.execute(
        """
        update integration.connections
        set status = 'disconnected', status_detail = null, disconnected_at = now()
        where connection_id = %s and organization_id = %s and disconnected_at is null
        """,
        [connection_id, organization_id],
    ).rowcount
    return Ended(pop_tokens(connection, connection_id, keys=keys)) if ended else None
