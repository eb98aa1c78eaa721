"""Reads and changes the exclusions of an organization."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows
from integration.privacy.exclusions import subject_of


@dataclass(frozen=True)
class ListedExclusion:
    """`changed_by_name` is None for a deleted user, and for a database login. Of an exclusion that
    is never stored, `events` and `sessions` say what it has removed (None: not yet applied) and
    `values_left` what was found afterwards (None: not yet searched) in `columns_searched`.
    """

    exclusion_id: int
    kind: str
    written: str
    level: str
    changed_at: datetime
    changed_by: str
    changed_by_name: str | None
    events: int | None
    sessions: int | None
    columns_searched: int | None
    values_left: int | None

    @property
    def is_in_force(self) -> bool:
        return subject_of(self.kind, self.written) is not None


def exclusions_of(connection: psycopg.Connection, organization_id: str) -> list[ListedExclusion]:
    """All of them, what is never stored first."""
    return rows.every(
        connection,
        ListedExclusion,
        """
        select
            exclusions.exclusion_id, exclusions.kind, exclusions.email_or_domain as written,
            exclusions.level, exclusions.changed_at, exclusions.changed_by,
            users.full_name as changed_by_name,
            applied.events, applied.sessions, applied.columns_searched, applied.values_left
        from integration.exclusions
        left join worksights.users
            on users.organization_id = exclusions.organization_id
            and users.user_id = exclusions.changed_by
        left join pipeline.applied_exclusions as applied
            on applied.exclusion_id = exclusions.exclusion_id
            and exclusions.level = 'never_store'
        where exclusions.organization_id = %s
        order by exclusions.level desc, exclusions.kind, exclusions.email_or_domain collate "C"
        """,
        [organization_id],
    )


def add_exclusion(
    connection: psycopg.Connection,
    organization_id: str,
    *,
    kind: str,
    written: str,
    level: str,
    changed_by: str,
) -> int:
    """Adds it, or changes its level. Returns its id."""
    return rows.scalar(
        connection,
        int,
        """
        insert into integration.exclusions
            (organization_id, kind, email_or_domain, level, changed_by)
        values (%s, %s, %s, %s, %s)
        on conflict (organization_id, kind, email_or_domain) do update
        set level = excluded.level, changed_by = excluded.changed_by, changed_at = now()
        returning exclusion_id
        """,
        [organization_id, kind, written, level, changed_by],
    )


def remove_exclusion(
    connection: psycopg.Connection, organization_id: str, exclusion_id: int
) -> bool:
    """Whether there was one to remove."""
    return (
        connection.execute(
            "delete from integration.exclusions where organization_id = %s and exclusion_id = %s",
            [organization_id, exclusion_id],
        ).rowcount
        > 0
    )
