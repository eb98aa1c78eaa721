"""Causes of the whole installation, for the team that runs WorkSights."""

from datetime import datetime

import psycopg

from integration.causes.cause import OpenCause, Reader, Words
from integration.causes.disk import Disk
from integration.causes.installation import (
    causes_of_daemon,
    causes_of_disk,
    causes_of_erasure,
    causes_of_zoom,
    daemon_seen,
)
from integration.causes.updates import causes_of_updates
from integration.database import rows
from integration.pipeline.arrivals import batches_of_installation
from integration.pipeline.failed_sessions import failures_by_organization
from integration.pipeline.job_states import AUDIT_JOB, state_of_job
from integration.pipeline.marts import marts_exist
from integration.pipeline.status import backlog

BATCHES, AUDIT, FAILURES = "batches_late", "audit_failed_anywhere", "failures_anywhere"
STATES = {
    "failed": "Batches are failing. See Runs in the Dagster UI.",
    "waiting": "Deliveries are waiting. Check that the Dagster daemon is running.",
    "idle": "No batch has finished for hours. Check that the Dagster daemon is running.",
}


def causes_of_installation(
    connection: psycopg.Connection, *, disk: Disk | None, now: datetime
) -> list[OpenCause]:
    """`disk` is the one of the home, as this process sees it."""
    connected_at = rows.scalars(
        connection,
        datetime,
        "select connected_at from integration.connections where disconnected_at is null",
    )
    late = causes_of_updates(
        batches_of_installation(connection),
        waiting_since=_waiting_since(connection, now=now),
        connected_at=connected_at,
        now=now,
    )
    found = [OpenCause(BATCHES, since=one.since, facts=one.facts) for one in late]
    audit = state_of_job(connection, AUDIT_JOB)
    if audit.failed_since is not None:
        found.append(OpenCause(AUDIT, since=audit.failed_since))
    failures = failures_by_organization(connection)
    times = [time for one in failures for time in (one.sessions_since, one.models_since) if time]
    if times:
        found.append(OpenCause(FAILURES, since=min(times)))
    return [
        *found,
        *causes_of_zoom(connection, connected_since=min(connected_at, default=None), now=now),
        *causes_of_daemon(daemon_seen(connection), now=now),
        *causes_of_disk(disk),
        *causes_of_erasure(connection, now=now),
    ]


def _waiting_since(connection: psycopg.Connection, *, now: datetime) -> datetime | None:
    """When the oldest delivery that no batch has processed was received."""
    if not marts_exist(connection):
        return None
    return backlog(connection, now=now, ledger="operations.deliveries").oldest_received_at


def batches_late(one: OpenCause, _reader: Reader) -> Words:
    return Words(
        "Batches are late",
        STATES[one.facts["state"]],
        "No data is lost, but new sessions are not on timelines.",
    )


def audit_failed_anywhere(_one: OpenCause, _reader: Reader) -> Words:
    return Words(
        "The nightly audit failed",
        "It found a difference or could not finish. To see what differs, run: worksights-zoom "
        "rebuild --check",
        "Some of the data shown may be wrong.",
    )


def failures_anywhere(_one: OpenCause, _reader: Reader) -> Words:
    return Words(
        "Some sessions or tables could not be derived",
        "To see which, run: worksights-zoom status. They are retried when new data affects them "
        "or when the code changes. To retry them now, run: worksights-zoom rebuild",
        "They keep their previous rows.",
    )
