"""The facts that `status` reads from the database once, for both the text and the JSON."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.causes.cause import OpenCause
from integration.causes.disk import disk_of
from integration.causes.operator import causes_of_installation
from integration.causes.reported import Missing, missing_of
from integration.causes.state import InstallationState, read_state
from integration.commands.webhook_secrets import bound_accounts
from integration.connections.reported import Reported, reported
from integration.notify.outbox import FailingChannel, failing_channels
from integration.notify.waiting import MailState, mail_state
from integration.pipeline.failed_sessions import FailedSession, list_failed_sessions
from integration.pipeline.news import reasons_for_batch
from integration.pipeline.status import (
    BatchStatus,
    ConnectionStatus,
    Delay,
    connection_statuses,
    delay_to_entries,
    failed_runs,
    latest_batch,
)
from integration.settings import Settings

FAILED_SHOWN = 20


@dataclass(frozen=True)
class Facts:
    """The state of the installation at one time. `reported` has every connection in use, `missing`
    those of which Zoom does not report everything. `failed_sessions` has the latest FAILED_SHOWN.
    `webhook_accounts` has the Zoom account of each secret token; None if the token is for all
    accounts. `causes` are those of the whole installation.
    """

    state: InstallationState
    connections: list[ConnectionStatus]
    reported: list[Reported]
    missing: list[Missing]
    last_batch: BatchStatus | None
    reasons_for_batch: list[str]
    delay: Delay | None
    failed_runs: int
    webhook_accounts: list[str | None]
    mails: MailState
    channels: list[FailingChannel]
    failed_sessions: list[FailedSession]
    causes: list[OpenCause]

    @property
    def at(self) -> datetime:
        return self.state.at


def read_facts(connection: psycopg.Connection, settings: Settings, *, now: datetime) -> Facts:
    state = read_state(
        connection,
        disk=disk_of(settings.home),
        has_own_app=settings.has_own_app,
        now=now,
        reads_ledger=True,
    )
    in_use = reported(connection)
    return Facts(
        state=state,
        connections=connection_statuses(connection),
        reported=in_use,
        missing=missing_of(in_use),
        last_batch=latest_batch(connection),
        reasons_for_batch=reasons_for_batch(connection, now=now),
        delay=delay_to_entries(connection, now=now),
        failed_runs=failed_runs(connection, now=now),
        webhook_accounts=bound_accounts(settings),
        mails=mail_state(connection),
        channels=failing_channels(connection, now=now),
        failed_sessions=list_failed_sessions(connection, limit=FAILED_SHOWN),
        causes=causes_of_installation(connection, state),
    )
