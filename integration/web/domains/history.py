"""The changes to people and domains in the audit trail, and their undoing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from integration.database import rows
from integration.web.domains.stored import Edit, Stored, from_details

UNDONE = "domain_change_undone"
# The kinds in the audit trail; their words are those of all changes.
KINDS = (
    "own_domain_added",
    "own_domain_removed",
    "company_renamed",
    "company_name_removed",
    "company_merged",
    "company_split",
    "company_removed",
    "company_added",
    "identity_rule_changed",
    "setting_without_effect_removed",
    UNDONE,
)
LISTED = 10


@dataclass(frozen=True)
class PastChange:
    """`full_name` is the author's, None if that user no longer exists."""

    entry_id: int
    at: datetime
    kind: str
    subject: str
    details: Mapping[str, Any]
    full_name: str | None

    @property
    def edits(self) -> list[Edit]:
        """Empty if the details were erased."""
        return from_details(self.details.get("edits", ()))

    def can_be_undone(self, stored: Stored) -> bool:
        return bool(self.edits) and stored.is_at(self.edits)


_CHANGES = """
    select
        audit_trail.entry_id, audit_trail.at, audit_trail.kind, audit_trail.subject,
        audit_trail.details, users.full_name
    from integration.audit_trail
    left join worksights.users
        on users.organization_id = audit_trail.organization_id
        and users.user_id = audit_trail.user_id
    where audit_trail.organization_id = %(organization)s
        and audit_trail.kind = any(%(kinds)s)
        and (%(entry)s::bigint is null or audit_trail.entry_id = %(entry)s)
    order by audit_trail.entry_id desc
    limit %(limit)s
"""


def past_changes(
    connection: psycopg.Connection,
    organization_id: str,
    *,
    entry_id: int | None = None,
    limit: int = LISTED,
) -> list[PastChange]:
    """The latest changes, or the one with this id: none if it is another organization's."""
    return rows.every(
        connection,
        PastChange,
        _CHANGES,
        {
            "organization": organization_id,
            "kinds": list(KINDS),
            "entry": entry_id,
            "limit": limit,
        },
    )


def id_in(text: str) -> int | None:
    """The id in a query or form."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
