"""`python -m simulator`: serve the Zoom simulator, send its days, print the company's directory."""

from __future__ import annotations

import csv
import io
import signal
import sys
import threading
from collections import Counter
from datetime import date
from types import FrameType

import click
import requests

from simulator.company import Company, build_company
from simulator.day import build_day
from simulator.demo.cli import demo
from simulator.endpoint import EndpointRefusedError, validate
from simulator.losses import Losses
from simulator.memory import Memory
from simulator.options import Day, company_options, loss_options, receiver_options
from simulator.playing import Receiver, play_at_once, play_live
from simulator.reporting import Reporter, ZoomUnreachableError
from simulator.running import NotStartedError, running
from simulator.sender import Observer
from simulator.wire import iso
from simulator.world import make_world


@click.group()
def cli() -> None:
    """Zoom simulator: OAuth, REST API and webhooks for a fictional company."""


@cli.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    required=True,
    help="Port to listen on; 0 picks a free port.",
)
@click.option(
    "--client-id",
    envvar="ZOOM_CLIENT_ID",
    show_envvar=True,
    required=True,
    help="Client ID of the Zoom app.",
)
@click.option(
    "--client-secret",
    envvar="ZOOM_CLIENT_SECRET",
    show_envvar=True,
    required=True,
    help="Client secret of the Zoom app.",
)
@click.option(
    "--play-day",
    "days",
    type=Day(),
    multiple=True,
    help="Send all events of this day immediately after startup. Repeatable.",
)
@click.option("--live", is_flag=True, help="Send today's remaining events in real time.")
@loss_options
@receiver_options
@company_options
def serve(
    port: int,
    client_id: str,
    client_secret: str,
    days: tuple[date, ...],
    live: bool,
    webhook_url: str | None,
    webhook_secret: str | None,
    threads: int,
    patience_seconds: float,
    swallowed_share: float,
    swallowed_days: tuple[date, ...],
    log_swallowed: bool,
    seed: int,
    users: int,
    account_id: str,
) -> None:
    """Serve OAuth and the REST API until stopped.

    With --play-day or --live, also send webhooks.
    """
    if (days or live) and not webhook_url:
        raise click.UsageError("--play-day and --live require --webhook-url.")
    receiver = _receiver(webhook_url, webhook_secret, threads=threads) if webhook_url else None
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    company = build_company(seed=seed, users=users, account_id=account_id)
    world = make_world([company], client_id=client_id, client_secret=client_secret)
    losses = Losses(swallowed_share, frozenset(swallowed_days), log_swallowed, seed)
    memory = Memory(world, webhook_url or "")
    try:
        with running(world, port=port) as url:
            click.echo(f"Zoom simulator on {url}, account {account_id}, {users} users", err=True)
            if receiver and (days or live):
                _validate(receiver, patience_seconds)
                for day in days:
                    _play(
                        company, day, seed=seed, receiver=receiver, losses=losses, observer=memory
                    )
            if receiver and live:
                play_live(
                    company,
                    seed=seed,
                    receiver=receiver,
                    stop=threading.Event(),
                    losses=losses,
                    observer=memory,
                )
            threading.Event().wait()
    except NotStartedError as error:
        raise click.ClickException(str(error)) from error


@cli.command()
@click.option("--date", "day", type=Day(), required=True, help="YYYY-MM-DD, today or yesterday.")
@click.option("--zoom-url", help="URL of a running simulator, whose REST API then reports the day.")
@click.option("--only-counts", is_flag=True, help="Print event counts without sending anything.")
@loss_options
@receiver_options
@company_options
def day(
    day: date,
    zoom_url: str | None,
    only_counts: bool,
    webhook_url: str | None,
    webhook_secret: str | None,
    threads: int,
    patience_seconds: float,
    swallowed_share: float,
    swallowed_days: tuple[date, ...],
    log_swallowed: bool,
    seed: int,
    users: int,
    account_id: str,
) -> None:
    """Send all events of one day immediately.

    Exits with 1 if a delivery is rejected or abandoned.
    """
    company = build_company(seed=seed, users=users, account_id=account_id)
    if only_counts:
        events = build_day(company, day, seed=seed)
        for name, count in sorted(Counter(event.name for event in events).items()):
            click.echo(f"{count:7} {name}")
        return
    if not webhook_url:
        raise click.UsageError("--webhook-url is required to send events.")
    receiver = _receiver(webhook_url, webhook_secret, threads=threads)
    _validate(receiver, patience_seconds)
    losses = Losses(swallowed_share, frozenset(swallowed_days), log_swallowed, seed)
    reporter = Reporter(webhook_url) if zoom_url else None
    is_accepted = _play(
        company, day, seed=seed, receiver=receiver, losses=losses, observer=reporter
    )
    try:
        if reporter and zoom_url:
            reporter.send(zoom_url)
    except ZoomUnreachableError as error:
        raise click.ClickException(str(error)) from error
    if not is_accepted:
        sys.exit(1)


@cli.command()
@company_options
def directory(seed: int, users: int, account_id: str) -> None:
    """Print the company's WorkSights users as CSV."""
    company = build_company(seed=seed, users=users, account_id=account_id)
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(("email", "full_name", "role", "time_zone", "created_at"))
    for one in company.colleagues:
        rows.writerow((one.email, one.full_name, one.role, one.time_zone, iso(one.created_at)))
    click.echo(written.getvalue(), nl=False)


cli.add_command(demo)


def _receiver(url: str, secrets: str | None, *, threads: int) -> Receiver:
    secret = (secrets or "").split(",")[0].strip()
    if not secret:
        raise click.UsageError(
            "Set --webhook-secret or ZOOM_WEBHOOK_SECRET_TOKEN to sign webhooks."
        )
    return Receiver(url, secret, threads)


def _validate(receiver: Receiver, patience_seconds: float) -> None:
    try:
        validate(receiver.url, secret=receiver.secret, patience_seconds=patience_seconds)
    except (EndpointRefusedError, requests.exceptions.InvalidURL, ValueError) as error:
        raise click.ClickException(str(error)) from error


def _play(
    company: Company,
    day: date,
    *,
    seed: int,
    receiver: Receiver,
    losses: Losses,
    observer: Observer | None,
) -> bool:
    """Send the day and print its counts; True when every delivery was accepted or swallowed."""
    counts = play_at_once(
        company, day, seed=seed, receiver=receiver, losses=losses, observer=observer
    )
    click.echo(f"day={day.isoformat()} {counts}")
    return counts.refused == counts.given_up == 0


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Stop the main thread, whatever it does, with exit code 0."""
    raise SystemExit(0)
