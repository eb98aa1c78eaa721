"""Records in the audit trail who changed which setting."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb


def record_change(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    user_id: str,
    kind: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Records a change, in the transaction that makes it.

    `kind` is the action ("connection_disconnected"), `subject` is the id of its object, `details`
    has ids and values. They must not contain names or emails: an erasure only blanks ids.
    """
    connection.execute(
        """
        insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
        values (%s, %s, %s, %s, %s)
        """,
        [organization_id, user_id, kind, subject, Jsonb(dict(details or {}))],
    )
