"""The facts that `status` reads from the database once, for both the text and the JSON."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.causes.cause import OpenCause
from integration.causes.disk import disk_of
from integration.causes.installation import daemon_seen, last_validation
from integration.causes.operator import causes_of_installation
from integration.commands.webhook_secrets import bound_accounts
from integration.notify.outbox import FailingChannel, failing_channels
from integration.notify.waiting import MailState, mail_state
from integration.pipeline.arrivals import Batches, batches_of_installation
from integration.pipeline.failed_sessions import (
    FailedSession,
    Failures,
    failures_by_organization,
    list_failed_sessions,
)
from integration.pipeline.job_states import AUDIT_JOB, JobState, state_of_job
from integration.pipeline.news import reasons_for_batch
from integration.pipeline.status import (
    Backlog,
    BatchStatus,
    ConnectionStatus,
    Delay,
    backlog,
    connection_statuses,
    delay_to_entries,
    failed_runs,
    latest_batch,
)
from integration.privacy.due_erasures import DueErasures, due_erasures
from integration.settings import Settings

FAILED_SHOWN = 20


@dataclass(frozen=True)
class Facts:
    """The state of the installation at one time. `failed_sessions` has the latest FAILED_SHOWN.
    `webhook_accounts` has the Zoom account of each secret token; None if the token is for all
    accounts. `causes` are those of the whole installation.
    """

    at: datetime
    connections: list[ConnectionStatus]
    last_batch: BatchStatus | None
    batches: Batches
    backlog: Backlog
    reasons_for_batch: list[str]
    delay: Delay | None
    failed_runs: int
    audit: JobState
    webhook_accounts: list[str | None]
    mails: MailState
    channels: list[FailingChannel]
    failures: list[Failures]
    failed_sessions: list[FailedSession]
    erasures: DueErasures
    url_validated_at: datetime | None
    daemon_seen_at: datetime | None
    causes: list[OpenCause]


def read_facts(connection: psycopg.Connection, settings: Settings, *, now: datetime) -> Facts:
    failures = failures_by_organization(connection)
    return Facts(
        at=now,
        connections=connection_statuses(connection),
        last_batch=latest_batch(connection),
        batches=batches_of_installation(connection),
        backlog=backlog(connection, now=now),
        reasons_for_batch=reasons_for_batch(connection, now=now),
        delay=delay_to_entries(connection, now=now),
        failed_runs=failed_runs(connection, now=now),
        audit=state_of_job(connection, AUDIT_JOB),
        webhook_accounts=bound_accounts(settings),
        mails=mail_state(connection),
        channels=failing_channels(connection, now=now),
        failures=failures,
        failed_sessions=list_failed_sessions(connection, limit=FAILED_SHOWN) if failures else [],
        erasures=due_erasures(connection, now=now),
        url_validated_at=last_validation(connection),
        daemon_seen_at=daemon_seen(connection),
        causes=causes_of_installation(connection, disk=disk_of(settings.home), now=now),
    )
