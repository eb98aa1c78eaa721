"""Records in the audit trail who changed or did what.

The database puts each row behind the one before it, with its hash (audit_chain.py).
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from integration.database import rows

JOB = "job"  # the author of what a Dagster job does


def record_change(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    user_id: str,
    kind: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
    via_link_of: str | None = None,
) -> int:
    """Records a change, in the transaction that makes it. Returns the entry's id.

    `user_id` is the author: a user, `command:LOGIN` or JOB. `kind` is the action
    ("connection_disconnected"), `subject` is the id of its object, `details` has ids and values.
    They must not contain names or emails: an erasure only blanks ids. `via_link_of` is who made the
    link that the author signed in with, if it was somebody else.
    """
    return rows.scalar(
        connection,
        int,
        """
        insert into integration.audit_trail
            (organization_id, user_id, kind, subject, details, via_link_of)
        values (%s, %s, %s, %s, %s, %s)
        returning entry_id
        """,
        [organization_id, user_id, kind, subject, Jsonb(dict(details or {})), via_link_of],
    )


def set_author(connection: psycopg.Connection, author: str) -> None:
    """Names the author of the changes to WorkSights users in this transaction, which the database
    records.
    """
    connection.execute("select set_config('worksights.author', %s, true)", [author])
