"""Who changed which setting on the page, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb


@dataclass(frozen=True)
class Change:
    """`full_name` is that of who did it, None when they are no user any more."""

    at: datetime
    user_id: str
    full_name: str | None
    kind: str
    subject: str
    details: dict[str, Any]


def note_change(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    user_id: str,
    kind: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Notes a change in the caller's transaction, the one that makes it.

    `kind` is what was done ("connection_disconnected"), `subject` the id of what it was done to,
    `details` ids and values. No names and no emails: an erasure does not look here.
    """
    connection.execute(
        """
        insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
        values (%s, %s, %s, %s, %s)
        """,
        [organization_id, user_id, kind, subject, Jsonb(dict(details or {}))],
    )


def latest_changes(
    connection: psycopg.Connection, *, organization_id: str, limit: int
) -> list[Change]:
    """The newest first."""
    cursor = connection.cursor(row_factory=class_row(Change))
    return cursor.execute(
        """
        select
            audit_trail.at, audit_trail.user_id, users.full_name, audit_trail.kind,
            audit_trail.subject, audit_trail.details
        from integration.audit_trail
        left join worksights.users using (organization_id, user_id)
        where audit_trail.organization_id = %s
        order by audit_trail.at desc, audit_trail.entry_id desc
        limit %s
        """,
        [organization_id, limit],
    ).fetchall()
