"""The figures of the database that `/metrics` shows. They name no customer."""

from datetime import datetime
from typing import LiteralString

import psycopg
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from psycopg_pool import ConnectionPool, PoolTimeout

from integration.database import rows
from integration.notify.outbox import failing_channels
from integration.pipeline.arrivals import batches_of_installation
from integration.pipeline.marts import marts_exist
from integration.web.page.pool import across_organizations

WAIT_SECONDS = 1.0  # for a connection: metrics of the process are worth more than these
NOT_READ = b""


def gauges(pool: ConnectionPool, *, now: datetime) -> bytes:
    """In Prometheus' text format; empty while the database cannot be read."""
    try:
        # The figures are of the whole installation.
        with across_organizations(pool, timeout=WAIT_SECONDS) as connection:
            found = _read(connection, now=now)
    except (psycopg.Error, PoolTimeout):
        return NOT_READ
    registry = CollectorRegistry()
    for (name, description), value in found.items():
        Gauge(name, description, registry=registry).set(value)
    return generate_latest(registry)


def _read(connection: psycopg.Connection, *, now: datetime) -> dict[tuple[str, str], float]:
    finished_at = batches_of_installation(connection).last_finished_at
    found = {
        (
            "zoom_connections_needing_attention",
            "Connections that need attention",
        ): _count(
            connection,
            "select count(*) from integration.connections where status = 'needs_attention'",
        ),
        (
            "zoom_notification_channels_failing",
            "Notification channels that are failing",
        ): len(failing_channels(connection, now=now)),
    }
    if marts_exist(connection):
        found["zoom_deliveries_waiting", "Deliveries that no batch has processed"] = _count(
            connection,
            "select count(*) from operations.deliveries where disposition = 'waiting'",
        )
    if finished_at is not None:
        found["zoom_last_batch_age_seconds", "Seconds since the last batch finished"] = (
            now - finished_at
        ).total_seconds()
    return found


def _count(connection: psycopg.Connection, query: LiteralString) -> float:
    return rows.scalar(connection, int, query)
