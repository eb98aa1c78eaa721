"""`status`: connections, last batch, backlog, freshness, and how long an entry takes to appear."""

import sys
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.table import Column, Table

from integration.settings import read_settings
from integration.store import status as facts
from integration.store.news import things_to_do
from integration.store.postgres import connect, database_url


@click.command()
def status() -> None:
    """Show how this installation is."""
    now = datetime.now(UTC)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    with connect(database_url(read_settings()), role="pipeline", autocommit=True) as connection:
        console.print(_connections(facts.connection_statuses(connection), now))
        for name, value in {
            "last batch": _batch(facts.latest_batch(connection), now),
            "backlog": _backlog(facts.backlog(connection, now=now), now),
            "next tick": "; ".join(things_to_do(connection, now=now)) or "nothing to do",
            "delay to entry": _delay(facts.delay_to_entries(connection, now=now)),
            "failed runs": f"{facts.failed_runs(connection, now=now)} in the last day",
        }.items():
            console.print(f"{name + ':':16}{value}")


def _connections(rows: list[facts.ConnectionStatus], now: datetime) -> Table | str:
    if not rows:
        return "No Zoom account is connected. Connect one with: worksights-zoom connect --help"
    table = Table(
        "organization",
        Column("Zoom account", no_wrap=True, overflow="fold"),
        "status",
        "users",
        "imported",
        "needs attention because",
    )
    for row in rows:
        imported = _ago(row.users_imported_at, now) if row.users_imported_at else "never"
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
        return f"{batch.batch}, begun {_ago(batch.started_at, now)}, not finished"
    return f"{batch.batch}, finished {_ago(batch.finished_at, now)}"


def _backlog(backlog: facts.Backlog, now: datetime) -> str:
    oldest = (
        f", the oldest arrived {_ago(backlog.oldest_received_at, now)}"
        if backlog.oldest_received_at
        else ""
    )
    return (
        f"{backlog.waiting} deliveries wait{oldest}; {backlog.quarantined_last_day} quarantined "
        f"in the last day"
    )


def _delay(delay: facts.Delay | None) -> str:
    if delay is None or not delay.entries:
        return "no entry in the last 7 days"
    return (
        f"median {_span(delay.median)}, longest {_span(delay.longest)} ({delay.entries} entries "
        f"of 7 days)"
    )


def _ago(then: datetime, now: datetime) -> str:
    return f"{_span(now - then)} ago"


def _span(length: timedelta | None) -> str:
    seconds = max(int((length or timedelta()).total_seconds()), 0)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
