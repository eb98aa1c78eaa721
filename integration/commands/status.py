"""`status`: connections, batches, failures, delays. Exits with 1 if something needs attention."""

import sys
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.table import Column, Table

from integration.causes.updates import IDLE, LATE
from integration.commands.webhook_secrets import secrets_in_words
from integration.database.postgres import connect, database_url
from integration.notify.outbox import FailingChannel, failing_channels
from integration.notify.waiting import MailState, mail_state
from integration.pipeline import status as facts
from integration.pipeline.arrivals import Batches, batches_of_installation
from integration.pipeline.failed_sessions import (
    FailedSession,
    Failures,
    failures_by_organization,
    list_failed_sessions,
)
from integration.pipeline.job_states import AUDIT_JOB, JobState, state_of_job
from integration.pipeline.news import reasons_for_batch
from integration.privacy.account import accounts_due
from integration.privacy.erasure_requests import ErasureRequest, requests_due
from integration.quantities import quantity
from integration.settings import read_settings

FAILED_SHOWN = 20
# The erasure of an account starts within ten minutes of its date and takes as long as a batch.
ERASED_WITHIN = timedelta(hours=1)
ERASURES_DUE_WITHIN = timedelta(hours=48)
MAIL_LATE = timedelta(minutes=15)


@click.command()
def status() -> None:
    """Show connections, the last batch, the backlog and delays.

    Exits with 1 when something needs attention.
    """
    now = datetime.now(UTC)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    with connect(
        database_url(read_settings(), "pipeline"), role="pipeline", autocommit=True
    ) as connection:
        connections = facts.connection_statuses(connection)
        audit = state_of_job(connection, AUDIT_JOB)
        failures = failures_by_organization(connection)
        mails = mail_state(connection)
        channels = failing_channels(connection, now=now)
        console.print(_connections(connections, now))
        for name, value in {
            "last batch": _batch(facts.latest_batch(connection), now),
            "backlog": _backlog(facts.backlog(connection, now=now), now),
            "next batch": "; ".join(reasons_for_batch(connection, now=now)) or "nothing to do",
            "delay to entry": _delay(facts.delay_to_entries(connection, now=now)),
            "failed runs": f"{facts.failed_runs(connection, now=now)} in the last day",
            "nightly audit": _audit(audit, now),
            "webhook secrets": secrets_in_words(read_settings()),
            "mail": _mail(mails, now),
            "notifications": "; ".join(f"{one.channel}: {_unsent(one, now)}" for one in channels)
            or "no problem",
            "not derived": "; ".join(_not_derived(one, now) for one in failures) or "nothing",
        }.items():
            console.print(f"{name + ':':16}{value}")
        if failures:
            listed = list_failed_sessions(connection, limit=FAILED_SHOWN)
            console.print(_failed_sessions(listed, now))
        needs = [
            *_needs_of_connections(connections),
            *_needs_of_batches(
                batches_of_installation(connection),
                facts.backlog(connection, now=now),
                connections,
                now=now,
            ),
            *_needs_of_audit(audit),
            *_needs_of_erasure(accounts_due(connection, now=now - ERASED_WITHIN)),
            *_needs_of_erasure_requests(requests_due(connection, before=now + ERASURES_DUE_WITHIN)),
            *_needs_of_mail(mails, now),
            *_needs_of_channels(channels, now),
            *_needs_of_failures(failures),
        ]
    if needs:
        console.print("\nNeeds attention:")
        for need in needs:
            console.print(f"- {need}", soft_wrap=True, markup=False)
        sys.exit(1)


def _connections(rows: list[facts.ConnectionStatus], now: datetime) -> Table | str:
    if not rows:
        return "No Zoom account is connected. To connect one, see: worksights-zoom connect --help"
    table = Table(
        "organization",
        Column("Zoom account", no_wrap=True, overflow="fold"),
        "status",
        "users",
        "imported",
        "problem",
    )
    for row in rows:
        imported = _ago(row.users_imported_at, now)
        table.add_row(
            row.organization_id,
            row.zoom_account_id,
            row.status,
            str(row.zoom_users),
            imported,
            row.status_detail or "",
        )
    return table


def _batch(batch: facts.BatchStatus | None, now: datetime) -> str:
    if batch is None:
        return "none yet"
    if batch.finished_at is None:
        return f"{batch.batch}, started {_ago(batch.started_at, now)}, not finished"
    return f"{batch.batch}, finished {_ago(batch.finished_at, now)}"


def _audit(audit: JobState, now: datetime) -> str:
    if audit.failed_since is not None:
        steps = f": {', '.join(audit.steps)}" if audit.steps else ""
        return f"failed (first time {_ago(audit.failed_since, now)}){steps}"
    if audit.passed_at is None:
        return "none yet"
    return f"passed {_ago(audit.passed_at, now)}"


def _not_derived(one: Failures, now: datetime) -> str:
    what = [f"{model} (first failed {_ago(one.models_since, now)})" for model in one.models]
    if one.sessions:
        sessions = quantity(one.sessions, "session")
        what.append(f"{sessions} (first failed {_ago(one.sessions_since, now)})")
    return f"{one.organization_id}: {', '.join(what)}"


def _failed_sessions(sessions: list[FailedSession], now: datetime) -> Table | str:
    """A table of the latest failed sessions; operations.failed_sessions has all of them."""
    if not sessions:
        return ""
    table = Table(
        "organization",
        Column("session", no_wrap=True, overflow="fold"),
        "not derived",
        "error",
        "first failed",
    )
    for one in sessions:
        table.add_row(
            one.organization_id,
            one.session_id,
            "\n".join(one.models),
            ", ".join(one.errors),
            _ago(one.failed_at, now),
        )
    return table


def _needs_of_connections(connections: list[facts.ConnectionStatus]) -> list[str]:
    return [
        f"Zoom account {one.zoom_account_id} of {one.organization_id}: "
        f"{one.status_detail or 'Its users could not be imported.'}"
        for one in connections
        if one.status == "needs_attention"
    ]


def _needs_of_batches(
    batches: Batches,
    backlog: facts.Backlog,
    connections: list[facts.ConnectionStatus],
    *,
    now: datetime,
) -> list[str]:
    """Reports that the last batch failed, or that one should have run by now."""
    in_use = [one.connected_at for one in connections if one.status != "disconnected"]
    finished, failed = batches.last_finished_at, batches.last_failed_at
    if failed and failed > (finished or failed - IDLE):
        return [f"The last batch failed {_ago(failed, now)}. See Runs in the Dagster UI."]
    if backlog.oldest_received_at and backlog.oldest_received_at < now - LATE:
        received = _ago(backlog.oldest_received_at, now)
        return [
            f"The oldest waiting delivery was received {received}. Check that the Dagster daemon "
            "is running."
        ]
    if in_use and (finished or min(in_use)) < now - IDLE:
        return [
            "No batch has finished for several hours. Check that the Dagster daemon is running."
        ]
    return []


def _needs_of_audit(audit: JobState) -> list[str]:
    if audit.failed_since is None:
        return []
    return [
        "The nightly audit of all tables failed. It found a difference or could not finish. "
        "To see what differs, run: worksights-zoom rebuild --check"
    ]


def _needs_of_erasure(overdue: list[str]) -> list[str]:
    return [
        f"Zoom account {one} removed the app, and its erasure is overdue. To erase it now, run: "
        f"worksights-zoom erase --zoom-account {one}"
        for one in overdue
    ]


def _needs_of_erasure_requests(requests: list[ErasureRequest]) -> list[str]:
    return [
        f"User {one.user_id} of {one.organization_id} asked for erasure, which is due by "
        f"{one.due_at:%Y-%m-%d %H:%M %Z}. "
        + ("Deactivate the user, then run" if one.is_active else "Run")
        + f": worksights-zoom erase --email EMAIL --organization {one.organization_id}"
        for one in requests
    ]


def _needs_of_failures(failures: list[Failures]) -> list[str]:
    if not failures:
        return []
    return [
        "Some sessions or tables could not be derived and keep their previous rows. They are "
        "retried when new data affects them or when the code changes. To retry them now, run: "
        "worksights-zoom rebuild"
    ]


def _mail(mails: MailState, now: datetime) -> str:
    failed = f"{mails.failed:,} failed in the last 7 days"
    if mails.failed_reasons:
        failed += f": {' '.join(mails.failed_reasons)}"
    if not mails.waiting:
        return f"0 waiting; {failed}"
    return f"{mails.waiting:,} waiting, the oldest from {_ago(mails.oldest_at, now)}; {failed}"


def _needs_of_mail(mails: MailState, now: datetime) -> list[str]:
    """Nothing about single mails that a server refused: their recipients' addresses are wrong."""
    if mails.oldest_at is None or mails.oldest_at > now - MAIL_LATE:
        return []
    why = " ".join(mails.waiting_reasons) or "No process is sending it. Check that SMTP_URL is set."
    return [f"The oldest waiting email is from {_ago(mails.oldest_at, now)}. {why}"]


def _unsent(one: FailingChannel, now: datetime) -> str:
    oldest, why = _ago(one.since, now), " ".join(one.reasons)
    return f"{one.waiting:,} waiting and {one.failed:,} failed, the oldest from {oldest}. {why}"


def _needs_of_channels(channels: list[FailingChannel], now: datetime) -> list[str]:
    """Reports a channel once it has failed for MAIL_LATE: a receiver may just be restarting."""
    return [
        f"Notifications are not arriving ({one.channel}): {_unsent(one, now)}"
        for one in channels
        if one.since < now - MAIL_LATE
    ]


def _backlog(backlog: facts.Backlog, now: datetime) -> str:
    oldest = (
        f", oldest received {_ago(backlog.oldest_received_at, now)}"
        if backlog.oldest_received_at
        else ""
    )
    return (
        f"{quantity(backlog.waiting, 'delivery', 'deliveries')} waiting{oldest}; "
        f"{backlog.quarantined_last_day:,} quarantined in the last day"
    )


def _delay(delay: facts.Delay | None) -> str:
    if delay is None or not delay.entries:
        return "no entries in the last 7 days"
    entries = f"{quantity(delay.entries, 'entry', 'entries')} in 7 days"
    if delay.median is None:
        return entries
    return (
        f"median {_span(delay.median)}, longest {_span(delay.longest)} from arrival ({entries}); "
        f"Zoom's events arrived {_span(delay.until_received)} after the end (median)"
    )


def _ago(then: datetime | None, now: datetime) -> str:
    return f"{_span(now - then)} ago" if then else "never"


def _span(length: timedelta | None) -> str:
    seconds = max(int((length or timedelta()).total_seconds()), 0)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
