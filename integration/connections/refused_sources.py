"""The sources of healing that Zoom refuses, because a permission or a plan is missing."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows

OF_THE_APP = "-"  # the organization and account of what concerns no single one


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
    """`refused_at` stays that of the first refusal; `tried_at` becomes that of this one."""
    connection.execute(
        """
        insert into integration.refused_sources
            (organization_id, zoom_account_id, source, reason, refused_at, tried_at)
        values (%s, %s, %s, %s, %s, %s)
        on conflict (organization_id, zoom_account_id, source) do update set
            reason = excluded.reason, tried_at = excluded.tried_at
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
