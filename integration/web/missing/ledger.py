"""What the ledger of deliveries says of an organization's accounts."""

from datetime import datetime

import psycopg


def deliveries_without_effect(
    connection: psycopg.Connection, *, organization_id: str, begin: datetime, end: datetime
) -> dict[str, int]:
    """disposition -> how many deliveries of the organization's accounts did not become events.

    Those that wait, and those that were set aside, have an index each.
    """
    return dict(
        connection.execute(
            """
            select disposition, count(*) from operations.deliveries
            where zoom_account_id = any(
                    select zoom_account_id from integration.connections
                    where organization_id = %(organization)s
                )
                and received_at >= %(begin)s and received_at < %(end)s
                and disposition in ('ignored', 'unknown_account', 'quarantined')
            group by disposition
            union all
            select disposition, count(*) from operations.deliveries
            where zoom_account_id = any(
                    select zoom_account_id from integration.connections
                    where organization_id = %(organization)s
                )
                and received_at >= %(begin)s and received_at < %(end)s
                and disposition = 'waiting'
            group by disposition
            """,
            {"organization": organization_id, "begin": begin, "end": end},
        ).fetchall()
    )
