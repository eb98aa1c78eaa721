"""Deletes what an organization no longer keeps, by its age (contract, 5.17: `retention_months`).

Whole months are deleted, in the first batch after one has passed: sessions whose last event is
older, with all that was derived from them; versions of Zoom users who are no longer listed; and
WorkSights users who were deactivated before that.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import psycopg

from integration.database import rows
from integration.pipeline.batches import Batch
from integration.privacy.account import delete_orphans
from integration.privacy.landed_events import delete_sessions
from integration.privacy.lookups import organizations
from integration.privacy.old_users import remove_users
from integration.privacy.retention import oldest_kept
from integration.privacy.settings import privacy_settings_of
from integration.zoom.parties import ZOOM_USER

SESSIONS_AT_ONCE = 5000
MAY_BE_OPEN = timedelta(hours=24)  # a session may end so long after its last event has arrived


def is_something_too_old(connection: psycopg.Connection, *, now: datetime) -> bool:
    """Whether the next batch has something to delete."""
    return any(
        _old_sessions(connection, organization_id, oldest, now=now, limit=1)
        or _old_zoom_users(connection, organization_id, oldest)
        or _old_users(connection, organization_id, oldest)
        for organization_id, oldest in _limits(connection, now=now).items()
    )


def delete_what_is_too_old(connection: psycopg.Connection, batch: Batch) -> Counter[str]:
    """Deletes it; the sessions enter this batch's change set. Returns the number of deleted or
    emptied rows by table.
    """
    deleted: Counter[str] = Counter()
    now = min(batch.as_of, datetime.now(UTC))  # a trial as of a later time deletes nothing
    for organization_id, oldest in _limits(connection, now=now).items():
        with connection.transaction():
            of_it = _delete_sessions(connection, organization_id, oldest, batch, now=now)
            connection.execute(  # also those without an event
                "delete from zoom_raw.known_sessions where organization_id = %s and ended_at < %s",
                [organization_id, oldest],
            )
            of_it += _delete_zoom_users(connection, organization_id, oldest)
            if +of_it:
                of_it += delete_orphans(connection, organization_id)
            deleted += of_it
            if old := _old_users(connection, organization_id, oldest):
                deleted += remove_users(connection, organization_id, old)
    return deleted


def _limits(connection: psycopg.Connection, *, now: datetime) -> Mapping[str, datetime]:
    """Organization -> the start of the oldest month that it keeps."""
    settings = privacy_settings_of(connection, organizations(connection))
    limits = {
        organization_id: oldest_kept(each.retention_months, now=now)
        for organization_id, each in settings.items()
    }
    return {name: oldest for name, oldest in limits.items() if oldest is not None}


def _old_sessions(
    connection: psycopg.Connection,
    organization_id: str,
    oldest: datetime,
    *,
    now: datetime,
    limit: int,
) -> list[str]:
    """Sessions without an event since then, which are no longer open. An event's id starts with its
    own time, so its index finds the old ones.
    """
    return rows.scalars(
        connection,
        str,
        """
        select distinct old.session_id
        from zoom_raw.events as old
        where old.organization_id = %(organization)s and old.event_id < %(oldest)s
            and old.session_id is not null
            and not exists (
                select from zoom_raw.events as newer
                where newer.organization_id = old.organization_id
                    and newer.session_id = old.session_id
                    and (
                        newer.event_id >= %(oldest)s or newer.first_received_at > %(open_since)s
                    )
            )
        limit %(limit)s
        """,
        {
            "organization": organization_id,
            "oldest": f"{oldest:%Y%m%dT%H%M%S}",
            "open_since": now - MAY_BE_OPEN,
            "limit": limit,
        },
    )


def _delete_sessions(
    connection: psycopg.Connection,
    organization_id: str,
    oldest: datetime,
    batch: Batch,
    *,
    now: datetime,
) -> Counter[str]:
    deleted: Counter[str] = Counter()
    while old := _old_sessions(
        connection, organization_id, oldest, now=now, limit=SESSIONS_AT_ONCE
    ):
        deleted["zoom_raw.events"] += delete_sessions(
            connection, organization_id, old, batch.number
        )
    return deleted


def _old_zoom_users(
    connection: psycopg.Connection, organization_id: str, oldest: datetime
) -> list[str]:
    """Zoom users who have not been listed since then."""
    return rows.scalars(
        connection,
        str,
        """
        select zoom_user_id from (
            select distinct on (zoom_account_id, zoom_user_id)
                zoom_user_id, is_listed, imported_at
            from zoom_raw.users
            where organization_id = %s
            order by zoom_account_id, zoom_user_id, imported_at desc
        ) as latest
        group by zoom_user_id
        having not bool_or(is_listed) and max(imported_at) < %s
        """,
        [organization_id, oldest],
    )


def _delete_zoom_users(
    connection: psycopg.Connection, organization_id: str, oldest: datetime
) -> Counter[str]:
    old = _old_zoom_users(connection, organization_id, oldest)
    if not old:
        return Counter()
    return Counter(
        {
            table: connection.execute(
                statement,
                {"organization": organization_id, "users": old, "field": ZOOM_USER["zoom_user_id"]},
            ).rowcount
            for table, statement in _OF_ZOOM_USERS.items()
        }
    )


def _old_users(connection: psycopg.Connection, organization_id: str, oldest: datetime) -> list[str]:
    """WorkSights users who were deactivated before that time."""
    return rows.scalars(
        connection,
        str,
        "select user_id from worksights.users where organization_id = %s and deactivated_at < %s",
        [organization_id, oldest],
    )


_OF_ZOOM_USERS = {
    "zoom_raw.users": """
        delete from zoom_raw.users
        where organization_id = %(organization)s and zoom_user_id = any(%(users)s)
    """,
    "zoom_raw.phone_users": """
        delete from zoom_raw.phone_users
        where organization_id = %(organization)s and zoom_user_id = any(%(users)s)
    """,
    "zoom_raw.events": """
        delete from zoom_raw.events
        where organization_id = %(organization)s and session_id is null
            and event like 'user.%%' and fields ->> %(field)s = any(%(users)s)
    """,
}
