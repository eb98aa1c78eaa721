"""Adds what healing has found to the queue of deliveries, marked as from the API."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import psycopg

from integration.zoom.envelope import open_envelope
from integration.zoom.sources import API


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def add_to_queue(
    connection: psycopg.Connection,
    zoom_account_id: str,
    bodies: Sequence[bytes],
    *,
    waiting: set[str],
    now: datetime,
) -> int:
    """Adds the bodies whose digests are not among those that are `waiting` there, and adds theirs
    to them. Returns how many it added.
    """
    new = {digest: body for body in bodies if (digest := digest_of(body)) not in waiting}
    if not new:
        return 0
    waiting.update(new)
    return connection.execute(
        """
        insert into ingress.deliveries
            (received_at, event, zoom_account_id, source, body_size, body_sha256, body)
        select
            %(now)s, added.event, %(account)s, %(api)s, length(added.body), added.sha256, added.body
        from unnest(%(events)s::text[], %(digests)s::text[], %(bodies)s::bytea[])
            as added (event, sha256, body)
        """,
        {
            "now": now,
            "account": zoom_account_id,
            "api": API,
            "events": [open_envelope(body).event for body in new.values()],
            "digests": list(new),
            "bodies": list(new.values()),
        },
    ).rowcount
