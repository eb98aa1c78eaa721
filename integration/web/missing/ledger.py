"""Counts an organization's deliveries in the ledger by disposition."""

from datetime import datetime

import psycopg


def deliveries_without_effect(
    connection: psycopg.Connection, *, organization_id: str, start: datetime, end: datetime
) -> dict[str, int]:
    """disposition -> number of deliveries of the organization's accounts that became no events.

    Two queries, because waiting and quarantined deliveries have separate indexes.
    """
    return dict(
        connection.execute(
            """
            select disposition, count(*) from operations.deliveries
            where zoom_account_id = any(
                    select zoom_account_id from integration.connections
                    where organization_id = %(organization)s
                )
                and received_at >= %(start)s and received_at < %(end)s
                and disposition in ('ignored', 'unknown_account', 'quarantined')
            group by disposition
            union all
            select disposition, count(*) from operations.deliveries
            where zoom_account_id = any(
                    select zoom_account_id from integration.connections
                    where organization_id = %(organization)s
                )
                and received_at >= %(start)s and received_at < %(end)s
                and disposition = 'waiting'
            group by disposition
            """,
            {"organization": organization_id, "start": start, "end": end},
        ).fetchall()
    )
