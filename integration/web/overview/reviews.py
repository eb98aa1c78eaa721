"""Records that somebody has reviewed the Zoom users without a mapping, and leaves them unmapped."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.web.users.found import with_found


@dataclass(frozen=True)
class Review:
    """The latest review. `reviewer` is None if that user no longer exists."""

    reviewer: str | None
    reviewed_at: datetime


def leave_unmapped(
    connection: psycopg.Connection, *, organization_id: str, reviewed_by: str
) -> None:
    """Records that all Zoom users without a mapping were reviewed. Zoom users that are imported
    later count as not reviewed.
    """
    connection.execute(
        with_found(connection, by_entries=False) + _LEAVE,
        {
            "organization": organization_id,
            "zoom_user": None,
            "search": "",
            "reviewed_by": reviewed_by,
        },
    )


def latest_review(connection: psycopg.Connection, *, organization_id: str) -> Review | None:
    return rows.maybe_one(
        connection,
        Review,
        """
        select users.full_name as reviewer, reviewed.reviewed_at
        from integration.reviewed_zoom_users as reviewed
        left join worksights.users
            on users.organization_id = reviewed.organization_id
            and users.user_id = reviewed.reviewed_by
        where reviewed.organization_id = %s
        order by reviewed.reviewed_at desc
        limit 1
        """,
        [organization_id],
    )


_LEAVE = SQL("""
    insert into integration.reviewed_zoom_users (organization_id, zoom_user_id, reviewed_by)
    select distinct %(organization)s, zoom_user_id, %(reviewed_by)s
    from found
    where mapping = 'unmapped'
    on conflict do nothing
""")
