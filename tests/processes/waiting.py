"""A day of deliveries that are waiting for a batch, and a condition to poll."""

import hashlib
from collections.abc import Callable, Sequence

import psycopg

from integration.web.receiver.deliveries import INSERT_DELIVERY
from integration.zoom.kept_events import KEPT_EVENTS
from simulator.company import Company
from simulator.delivery import Delivery
from simulator.playing import deliveries_of
from tests.processes.processes import DAY

AS_OF = "2025-03-05T12:00:00Z"
RECEIVED_AT = "2025-03-04T06:00:00Z"
COPIES = 8  # of the day: enough for several chunks of landing, each a transaction of its own


def store_deliveries(url: str, company: Company) -> int:
    """Stores each delivery of the day several times."""
    stored = store_waiting(url, company, deliveries_of(company, DAY, seed=1) * COPIES)
    with psycopg.connect(url) as connection:
        connection.execute("update ingress.deliveries set received_at = %s", [RECEIVED_AT])
    return stored


def store_waiting(url: str, company: Company, deliveries: Sequence[Delivery]) -> int:
    """Stores the deliveries that batches read, with the receiver's own statement."""
    waiting = [
        {
            "event": one.event.name,
            "zoom_account_id": company.account_id,
            "disposition": "waiting",
            "reason": None,
            "body": one.body,
            "body_size": len(one.body),
            "body_sha256": hashlib.sha256(one.body).hexdigest(),
        }
        for one in deliveries
        if one.event.name in KEPT_EVENTS
    ]
    with psycopg.connect(url) as connection:
        connection.cursor().executemany(INSERT_DELIVERY, waiting)
    return len(waiting)


def asked(connection: psycopg.Connection, query: str) -> Callable[[], bool]:
    return lambda: connection.execute(query).fetchone()[0]
