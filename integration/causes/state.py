"""The state of the whole installation, read once for the causes, `status` and `/metrics`."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.causes.disk import Disk
from integration.connections.states import ConnectionStates, connection_states
from integration.database import rows
from integration.pipeline.arrivals import Batches, batches_of_installation
from integration.pipeline.failed_sessions import Failures, failures_by_organization
from integration.pipeline.job_states import AUDIT_JOB, DAEMON, JobState, state_of_job
from integration.pipeline.marts import marts_exist
from integration.pipeline.status import Backlog, backlog
from integration.privacy.due_erasures import DueErasures, due_erasures

EMPTY = Backlog(waiting=0, oldest_received_at=None, quarantined_last_day=0)


@dataclass(frozen=True)
class InstallationState:
    """The state at one time. `disk` is the one of the home, as this process sees it. `has_marts`
    says whether a batch has created the views that pages read; before that, the backlog is empty
    for a login that cannot read the ledger. `url_validated_at` is when Zoom last validated the URL
    of the installation's own app; without one (`has_own_app`), no validation is recorded any more.
    """

    at: datetime
    disk: Disk | None
    has_own_app: bool
    has_marts: bool
    connections: ConnectionStates
    batches: Batches
    backlog: Backlog
    audit: JobState
    failures: list[Failures]
    erasures: DueErasures
    url_validated_at: datetime | None
    daemon_seen_at: datetime | None


def read_state(
    connection: psycopg.Connection,
    *,
    disk: Disk | None,
    has_own_app: bool,
    now: datetime,
    reads_ledger: bool = False,
) -> InstallationState:
    """`reads_ledger`: the login may read the ledger itself, not only the view that the first batch
    creates.
    """
    has_marts = marts_exist(connection)
    ledger = "ingress.deliveries" if reads_ledger else "operations.deliveries"
    is_readable = reads_ledger or has_marts
    return InstallationState(
        at=now,
        disk=disk,
        has_own_app=has_own_app,
        has_marts=has_marts,
        connections=connection_states(connection),
        batches=batches_of_installation(connection),
        backlog=backlog(connection, now=now, ledger=ledger) if is_readable else EMPTY,
        audit=state_of_job(connection, AUDIT_JOB),
        failures=failures_by_organization(connection),
        erasures=due_erasures(connection, now=now),
        url_validated_at=rows.maybe_scalar(
            connection, datetime, "select validated_at from integration.last_url_validation"
        ),
        daemon_seen_at=state_of_job(connection, DAEMON).passed_at,
    )
