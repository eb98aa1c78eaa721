"""What the ledger of deliveries says of an organization's accounts."""

from datetime import datetime

import psycopg


def deliveries_without_effect(
    connection: psycopg.Connection, *, organization_id: str, begin: datetime, end: datetime
) -> dict[str, int]:
    """disposition -> how many deliveries of the organization's accounts did not become events."""
    return dict(
        connection.execute(
            """
            select disposition, count(*) from operations.deliveries
            where zoom_account_id = any(
                    select zoom_account_id from integration.connections where organization_id = %s
                )
                and received_at >= %s and received_at < %s
                and disposition in ('waiting', 'ignored', 'unknown_account', 'quarantined')
            group by disposition
            """,
            [organization_id, begin, end],
        ).fetchall()
    )
