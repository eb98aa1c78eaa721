"""`status`: connections, batches, failures, delays. Its exit code says if anything is wrong."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click
import psycopg
from rich.console import Console
from rich.table import Column, Table

from integration.commands.spans import ago, span
from integration.commands.status_facts import Facts, read_facts
from integration.commands.status_json import as_json
from integration.commands.status_problems import Problem, problems_of, unsent_of
from integration.commands.webhook_secrets import secrets_in_words
from integration.connections.reported import Reported
from integration.database.postgres import connect, database_url
from integration.notify.waiting import MailState
from integration.pipeline.arrivals import Batches
from integration.pipeline.failed_sessions import FailedSession, Failures
from integration.pipeline.job_states import JobState
from integration.pipeline.status import Backlog, BatchStatus, ConnectionStatus, Delay
from integration.quantities import quantity
from integration.settings import Settings, read_settings
from integration.zoom.scopes import Purpose


@click.command()
@click.option("--json", "is_json", is_flag=True, help="Print the same as JSON, for programs.")
def status(is_json: bool) -> None:
    """Show connections, the last batch, the backlog and delays.

    The exit code is 0 if nothing needs attention, 1 if something does, and 3 if the status could
    not be read.
    """
    settings = read_settings()
    try:
        with connect(
            database_url(settings, "pipeline"), role="pipeline", autocommit=True
        ) as connection:
            facts = read_facts(connection, settings, now=datetime.now(UTC))
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise click.ClickException(
            f"The database stopped answering ({type(error).__name__}). Run the command again."
        ) from error
    problems = problems_of(facts)
    if is_json:
        click.echo(as_json(facts, problems))
    else:
        _print(facts, problems, settings)
    if problems:
        sys.exit(1)


def _print(facts: Facts, problems: Sequence[Problem], settings: Settings) -> None:
    state, now = facts.state, facts.at
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    console.print(_connections(facts.connections, now))
    for name, value in {
        "permissions": _permissions(facts.reported),
        "subscription": _subscription(facts.reported),
        "last batch": _batch(facts.last_batch, state.batches, now),
        "backlog": _backlog(state.backlog, now),
        "next batch": "; ".join(facts.reasons_for_batch) or "nothing to do",
        "delay to entry": _delay(facts.delay),
        "failed runs": f"{facts.failed_runs} in the last day",
        "nightly audit": _audit(state.audit, now),
        "webhook secrets": secrets_in_words(settings),
        "URL validation": ago(state.url_validated_at, now),
        "Dagster daemon": ago(state.daemon_seen_at, now),
        "mail": _mail(facts.mails, now),
        "notifications": "; ".join(
            f"{one.channel}: {unsent_of(one, now)}" for one in facts.channels
        )
        or "no problem",
        "not derived": "; ".join(_not_derived(one, now) for one in state.failures) or "nothing",
    }.items():
        console.print(f"{name + ':':16}{value}")
    if state.failures:
        console.print(_failed_sessions(facts.failed_sessions, now))
    if problems:
        console.print("\nNeeds attention:")
        for problem in problems:
            console.print(f"- {problem.text}", soft_wrap=True, markup=False)


def _connections(rows: list[ConnectionStatus], now: datetime) -> Table | str:
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
        imported = ago(row.users_imported_at, now)
        table.add_row(
            row.organization_id,
            row.zoom_account_id,
            row.status,
            str(row.zoom_users),
            imported,
            row.status_detail or "",
        )
    return table


def _permissions(reported: Sequence[Reported]) -> str:
    """What the grants lack. Only what Zoom does not report without it needs attention."""
    lacking = {
        "events": [one for one in reported if one.lacks(Purpose.EVENTS)],
        "healing": [one for one in reported if one.lacks(Purpose.HEALING)],
    }
    missing = [
        f"some for {what} of {quantity(len(found), 'account')}"
        for what, found in lacking.items()
        if found
    ]
    return f"missing: {', '.join(missing)}" if missing else "nothing missing"


def _subscription(reported: Sequence[Reported]) -> str:
    lacking = [one for one in reported if one.missing_events]
    unknown = [one for one in reported if one.lacks_events is None]
    said = [
        *([f"events missing for {quantity(len(lacking), 'account')}"] if lacking else []),
        *([f"not known for {quantity(len(unknown), 'account')}"] if unknown else []),
    ]
    details = dict.fromkeys(one.subscription_detail for one in unknown if one.subscription_detail)
    return ". ".join(["; ".join(said) or "nothing missing", *details])


def _batch(batch: BatchStatus | None, batches: Batches, now: datetime) -> str:
    failed = ""
    if batches.failed_since is not None:
        failed = f"; last failure {ago(batches.last_failed_at, now)}"
    if batch is None:
        return f"none yet{failed}"
    if batch.finished_at is None:
        return f"{batch.batch}, started {ago(batch.started_at, now)}, not finished{failed}"
    return f"{batch.batch}, finished {ago(batch.finished_at, now)}{failed}"


def _audit(audit: JobState, now: datetime) -> str:
    if audit.failed_since is not None:
        steps = f": {', '.join(audit.steps)}" if audit.steps else ""
        return f"failed (first time {ago(audit.failed_since, now)}){steps}"
    if audit.passed_at is None:
        return "none yet"
    return f"passed {ago(audit.passed_at, now)}"


def _not_derived(one: Failures, now: datetime) -> str:
    what = [f"{model} (first failed {ago(one.models_since, now)})" for model in one.models]
    if one.sessions:
        sessions = quantity(one.sessions, "session")
        what.append(f"{sessions} (first failed {ago(one.sessions_since, now)})")
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
            ago(one.failed_at, now),
        )
    return table


def _mail(mails: MailState, now: datetime) -> str:
    failed = f"{mails.failed:,} failed in the last 7 days"
    if mails.failed_reasons:
        failed += f": {' '.join(mails.failed_reasons)}"
    if not mails.waiting:
        return f"0 waiting; {failed}"
    return f"{mails.waiting:,} waiting, the oldest from {ago(mails.oldest_at, now)}; {failed}"


def _backlog(backlog: Backlog, now: datetime) -> str:
    oldest = (
        f", oldest received {ago(backlog.oldest_received_at, now)}"
        if backlog.oldest_received_at
        else ""
    )
    return (
        f"{quantity(backlog.waiting, 'delivery', 'deliveries')} waiting{oldest}; "
        f"{backlog.quarantined_last_day:,} quarantined in the last day"
    )


def _delay(delay: Delay | None) -> str:
    if delay is None or not delay.entries:
        return "no entries in the last 7 days"
    entries = f"{quantity(delay.entries, 'entry', 'entries')} in 7 days"
    if delay.median is None:
        return entries
    return (
        f"median {span(delay.median)}, longest {span(delay.longest)} from arrival ({entries}); "
        f"Zoom's events arrived {span(delay.until_received)} after the end (median)"
    )
