"""Deletes what was kept of quarantined deliveries once it is too old."""

from datetime import datetime

import psycopg


def delete_quarantined_bodies(connection: psycopg.Connection, *, now: datetime, days: int) -> int:
    """Deletes the bodies of quarantined deliveries older than `days`; their ledger rows stay."""
    return connection.execute(
        """
        update ingress.deliveries set body = null
        where disposition = 'quarantined' and body is not null
            and received_at < %s - make_interval(days => %s)
        """,
        [now, days],
    ).rowcount
