"""The sources of healing that Zoom refuses, because a permission or a plan is missing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from integration.connections.connections import keep_account
from integration.database import rows
from integration.zoom.sources import PHONE, WEBHOOK_LOGS

OF_THE_APP = "-"  # the organization and account of what concerns no single one
# A source that is refused is asked daily. Webinars are asked about only when there was one.
LAST_FOR = timedelta(days=7)


@dataclass(frozen=True)
class RefusedSource:
    zoom_account_id: str
    source: str
    reason: str
    refused_at: datetime


def refused_sources(connection: psycopg.Connection, *, organization_id: str) -> list[RefusedSource]:
    """Those of one organization, or OF_THE_APP, in a stable order."""
    return rows.every(
        connection,
        RefusedSource,
        """
        select zoom_account_id, source, reason, refused_at
        from integration.refused_sources
        where organization_id = %s
        order by refused_at, zoom_account_id, source
        """,
        [organization_id],
    )


def record_refusal(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    zoom_account_id: str,
    source: str,
    reason: str,
    now: datetime,
) -> None:
    """Records it, unless the account was erased meanwhile. `refused_at` stays that of the first
    refusal.
    """
    with connection.transaction():
        if zoom_account_id != OF_THE_APP and not keep_account(
            connection, organization_id=organization_id, zoom_account_id=zoom_account_id
        ):
            return
        connection.execute(
            """
            insert into integration.refused_sources
                (organization_id, zoom_account_id, source, reason, refused_at, last_refused_at)
            values (%s, %s, %s, %s, %s, %s)
            on conflict (organization_id, zoom_account_id, source) do update set
                reason = excluded.reason, last_refused_at = excluded.last_refused_at
            """,
            [organization_id, zoom_account_id, source, reason, now, now],
        )


def forget_refusal(
    connection: psycopg.Connection, *, organization_id: str, zoom_account_id: str, source: str
) -> None:
    """Zoom has answered: the source works again."""
    connection.execute(
        """
        delete from integration.refused_sources
        where organization_id = %s and zoom_account_id = %s and source = %s
        """,
        [organization_id, zoom_account_id, source],
    )


def forget_unasked(connection: psycopg.Connection, *, now: datetime, has_log: bool) -> None:
    """Forgets what nobody asks Zoom for any more, and what is asked anew because the account has
    been reconnected. If it is still refused, it is recorded again. Without `has_log` (no
    ZOOM_APP_ID), the log is not asked for.
    """
    connection.execute(
        """
        delete from integration.refused_sources as refused
        where last_refused_at < %s or refused.source = any(%s) or exists (
            select from integration.connections
            where connections.organization_id = refused.organization_id
                and connections.zoom_account_id = refused.zoom_account_id
                and disconnected_at is null
                and (
                    granted_at > last_refused_at
                    or refused.source = %s and lacks_phone
                )
        )
        """,
        [now - LAST_FOR, [] if has_log else [WEBHOOK_LOGS], PHONE],
    )
