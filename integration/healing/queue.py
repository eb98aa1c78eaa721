"""Adds what healing has found to the queue of deliveries, marked as from the API."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import psycopg

from integration.zoom.envelope import open_envelope


def add_to_queue(
    connection: psycopg.Connection, zoom_account_id: str, bodies: Sequence[bytes], *, now: datetime
) -> int:
    """Adds the bodies that do not wait there already; returns how many."""
    if not bodies:
        return 0
    unique = {hashlib.sha256(body).hexdigest(): body for body in bodies}
    return connection.execute(
        """
        insert into ingress.deliveries
            (received_at, event, zoom_account_id, source, body_size, body_sha256, body)
        select
            %(now)s, added.event, %(account)s, 'api', length(added.body), added.sha256, added.body
        from unnest(%(events)s::text[], %(digests)s::text[], %(bodies)s::bytea[])
            as added (event, sha256, body)
        where added.sha256 not in (
            select body_sha256 from ingress.deliveries
            where disposition = 'waiting' and source = 'api' and zoom_account_id = %(account)s
        )
        """,
        {
            "now": now,
            "account": zoom_account_id,
            "events": [open_envelope(body).event for body in unique.values()],
            "digests": list(unique),
            "bodies": list(unique.values()),
        },
    ).rowcount
