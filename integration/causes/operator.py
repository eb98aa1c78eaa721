"""Causes of the whole installation, for the team that runs WorkSights."""

import psycopg

from integration.causes.cause import OpenCause, Reader, Words
from integration.causes.installation import (
    causes_of_daemon,
    causes_of_disk,
    causes_of_erasure,
    causes_of_zoom,
)
from integration.causes.refused import causes_of_log
from integration.causes.reported import causes_of_subscriptions
from integration.causes.state import InstallationState
from integration.causes.unhealed import causes_of_healing
from integration.causes.updates import causes_of_updates

BATCHES, AUDIT, FAILURES = "batches_late", "audit_failed_anywhere", "failures_anywhere"
STATES = {
    "failed": "Batches are failing. See Runs in the Dagster UI.",
    "waiting": "Deliveries are waiting. Check that the Dagster daemon is running.",
    "idle": "No batch has finished for hours. Check that the Dagster daemon is running.",
}


def causes_of_installation(
    connection: psycopg.Connection, state: InstallationState
) -> list[OpenCause]:
    late = causes_of_updates(
        state.batches,
        waiting_since=state.backlog.oldest_received_at,
        connected_at=state.connections.connected_at,
        now=state.at,
    )
    found = [OpenCause(BATCHES, since=one.since, facts=one.facts) for one in late]
    if state.audit.failed_since is not None:
        found.append(OpenCause(AUDIT, since=state.audit.failed_since))
    times = [
        time for one in state.failures for time in (one.sessions_since, one.models_since) if time
    ]
    if times:
        found.append(OpenCause(FAILURES, since=min(times)))
    return [
        *found,
        *causes_of_zoom(connection, state),
        *causes_of_log(connection),
        *causes_of_healing(connection, now=state.at),
        *causes_of_subscriptions(connection),
        *causes_of_daemon(state.daemon_seen_at, now=state.at),
        *causes_of_disk(state.disk),
        *causes_of_erasure(state.erasures),
    ]


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
