"""Reads the audit trail for the page: who changed which setting, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from integration.database import rows
from integration.database.audit_trail import JOB
from integration.web.features.undo import UNDONE_WITHIN


@dataclass(frozen=True)
class Change:
    """`full_name` is the author's name; `user_name` and `zoom_user_name` are the names of the
    affected WorkSights user and Zoom user, `account_name` that of the Zoom account. A name is None
    if it does not exist, or no longer does. `undo` names the change to the button that undoes it.
    It is None if that is no longer possible; after a change for several people, some may have been
    switched again.
    """

    at: datetime
    user_id: str
    full_name: str | None
    kind: str
    subject: str
    details: dict[str, Any]
    user_name: str | None
    zoom_user_name: str | None
    undo: str | None
    account_name: str | None

    @property
    def account(self) -> str:
        """The affected Zoom account in words."""
        return self.account_name or "that was erased"

    @property
    def author(self) -> str:
        """The author in words."""
        if self.user_id.startswith(("command:", "database:")):
            return "The team that runs WorkSights"
        return self.full_name or ("WorkSights" if self.user_id == JOB else "A former user")

    @property
    def backdated_to(self) -> datetime | None:
        """The effective date, if it is earlier than the change itself."""
        moment = self.details.get("effective_from")
        effective_from = datetime.fromisoformat(moment) if moment else self.at
        return effective_from if effective_from < self.at - timedelta(minutes=1) else None


def latest_changes(
    connection: psycopg.Connection, *, organization_id: str, limit: int, offset: int = 0
) -> list[Change]:
    """The organization's latest changes, the newest first, without sign-ins and without who used a
    right over their own data.
    """
    return _changes(
        connection, organization_id=organization_id, subject=None, limit=limit, offset=offset
    )


def changes_of(
    connection: psycopg.Connection, subject: str, *, organization_id: str, limit: int
) -> list[Change]:
    """The latest changes to one subject, such as a connection, the newest first."""
    return _changes(
        connection, organization_id=organization_id, subject=subject, limit=limit, offset=0
    )


def _changes(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    subject: str | None,
    limit: int,
    offset: int,
) -> list[Change]:
    return rows.every(
        connection,
        Change,
        """
        select
            audit_trail.at, audit_trail.user_id, authors.full_name, audit_trail.kind,
            audit_trail.subject, audit_trail.details, affected.full_name as user_name,
            (
                select settings.value from pipeline.settings
                where settings.organization_id = audit_trail.organization_id
                    and settings.kind in ('zoom_user_name', 'zoom_user_email')
                    and settings.subject = audit_trail.subject
                    and settings.valid @> now()
                order by settings.kind desc, settings.zoom_account_id
                limit 1
            ) as zoom_user_name,
            case
                when audit_trail.kind in ('feature_switched', 'features_switched')
                    and audit_trail.at > now() - %(undone_within)s
                    and not exists (
                        select from integration.audit_trail as later
                        where later.organization_id = audit_trail.organization_id
                            and later.at >= audit_trail.at
                            and later.kind = 'switches_undone'
                            and later.details ->> 'undoes' = audit_trail.details ->> 'changed_at'
                    )
                    and not exists (
                        select from integration.subscription_changes as later
                        where later.organization_id = audit_trail.organization_id
                            and (later.user_id = audit_trail.subject
                                or (later.user_id is null and audit_trail.subject = ''))
                            and later.feature = audit_trail.details ->> 'feature'
                            and later.changed_at
                                > (audit_trail.details ->> 'changed_at')::timestamptz
                    )
                then audit_trail.details ->> 'changed_at'
            end as undo,
            (
                select coalesce(connections.label, connections.zoom_account_id)
                from integration.connections
                where connections.organization_id = audit_trail.organization_id
                    and connections.connection_id = audit_trail.subject
            ) as account_name
        from integration.audit_trail
        left join worksights.users as authors
            on authors.organization_id = audit_trail.organization_id
            and authors.user_id = audit_trail.user_id
        left join worksights.users as affected
            on affected.organization_id = audit_trail.organization_id
            and affected.user_id = coalesce(audit_trail.details ->> 'user_id', audit_trail.subject)
        where audit_trail.organization_id = %(organization)s
            and (%(subject)s::text is null or audit_trail.subject = %(subject)s)
            and audit_trail.kind not in (
                'signed_in', 'signed_out', 'sign_in_link_made', 'data_downloaded', 'data_exported',
                'session_ended', 'other_sessions_ended',
                'paused', 'pause_ended', 'made_private', 'shown_again', 'erasure_requested',
                'erasure_withdrawn'
            )
        order by audit_trail.at desc, audit_trail.entry_id desc
        limit %(limit)s offset %(offset)s
        """,
        {
            "organization": organization_id,
            "subject": subject,
            "undone_within": UNDONE_WITHIN,
            "limit": limit,
            "offset": offset,
        },
    )
