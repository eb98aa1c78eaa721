"""Reads an organization's connections for the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from integration.database import rows

# An import takes a minute or two. After this time, the page stops reloading.
IMPORT_WATCHED_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class ListedConnection:
    """`owner_name` is None when the owner no longer exists; `zoom_users` counts imported users.
    `users_read` is how many the running import has read, None if none runs.
    """

    connection_id: str
    zoom_account_id: str
    label: str | None
    owner_user_id: str | None
    owner_name: str | None
    owner_is_active: bool
    status: str
    status_detail: str | None
    failure_is_transient: bool | None  # while it needs attention
    phone_detail: str | None
    connected_at: datetime
    granted_at: datetime
    disconnected_at: datetime | None
    erase_due_at: datetime | None  # of an account that removed the app
    users_imported_at: datetime | None
    next_import_at: datetime
    zoom_users: int
    users_read: int | None

    @property
    def name(self) -> str:
        """What people call the account: its label, else its id."""
        return self.label or self.zoom_account_id

    @property
    def is_importing(self) -> bool:
        """Whether the connection is new and its users have not been imported yet."""
        return self.status == "active" and self.users_imported_at is None

    def awaits_import(self, now: datetime) -> bool:
        """Whether the next batch will import its users again."""
        return (
            self.disconnected_at is None
            and self.users_imported_at is not None
            and self.next_import_at <= now
        )


def is_worth_watching(listed: Sequence[ListedConnection], *, now: datetime) -> bool:
    """Whether a page should reload automatically, because users are about to be imported."""
    return any(one.is_importing and now - one.granted_at < IMPORT_WATCHED_FOR for one in listed)


def connections_of(
    connection: psycopg.Connection, *, organization_id: str
) -> list[ListedConnection]:
    """All connections of the organization: those in use first, then the oldest first."""
    return rows.every(
        connection,
        ListedConnection,
        _LISTED,
        {"organization": organization_id, "connection": None},
    )


def connection_of(
    connection: psycopg.Connection, connection_id: str, *, organization_id: str
) -> ListedConnection | None:
    """The connection; None if the id is unknown or belongs to another organization."""
    return rows.maybe_one(
        connection,
        ListedConnection,
        _LISTED,
        {"organization": organization_id, "connection": connection_id},
    )


_LISTED = """
    select
        connections.connection_id, connections.zoom_account_id, connections.label,
        connections.owner_user_id, users.full_name as owner_name,
        users.user_id is not null and coalesce(users.deactivated_at > now(), true)
            as owner_is_active,
        connections.status, connections.status_detail,
        case
            when connections.status = 'needs_attention' then connections.failure_is_transient
        end as failure_is_transient,
        connections.phone_detail,
        connections.connected_at, connections.granted_at, connections.disconnected_at,
        connections.erase_due_at,
        connections.users_imported_at, connections.next_import_at,
        (
            select count(distinct imported.zoom_user_id) from zoom_raw.users as imported
            where imported.organization_id = connections.organization_id
                and imported.zoom_account_id = connections.zoom_account_id
        ) as zoom_users,
        connections.users_read
    from integration.connections
    left join worksights.users
        on connections.organization_id = users.organization_id
        and connections.owner_user_id = users.user_id
    where connections.organization_id = %(organization)s
        and (%(connection)s::text is null or connections.connection_id = %(connection)s)
    order by connections.disconnected_at is not null, connections.connected_at
"""
