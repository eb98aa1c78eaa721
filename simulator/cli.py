"""`python -m simulator`: serve the Zoom simulator, send its days, print the company's directory."""

from __future__ import annotations

import csv
import io
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import FrameType
from typing import Any

import click
import requests

from simulator.company import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_SEED,
    DEFAULT_USERS,
    MINIMUM_USERS,
    Company,
    build_company,
)
from simulator.day import build_day
from simulator.demo.cli import demo
from simulator.endpoint import EndpointRefusedError, validate
from simulator.playing import Receiver, play_at_once, play_live
from simulator.running import NotStartedError, running
from simulator.wire import iso
from simulator.world import make_world

Command = Callable[..., Any]


class Day(click.ParamType[date]):
    """`2026-03-02`, `today` or `yesterday` (UTC)."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        ago = {"today": 0, "yesterday": 1}.get(value)
        if ago is not None:
            return datetime.now(UTC).date() - timedelta(days=ago)
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date. Use YYYY-MM-DD, today or yesterday.", param, ctx)


def _company_options(command: Command) -> Command:
    for option in (
        click.option(
            "--account-id",
            default=DEFAULT_ACCOUNT_ID,
            show_default=True,
            help="Zoom account ID of the company.",
        ),
        click.option(
            "--users",
            type=click.IntRange(min=MINIMUM_USERS),
            default=DEFAULT_USERS,
            show_default=True,
            help="Number of Zoom users. More users means more events per day.",
        ),
        click.option(
            "--seed",
            type=int,
            default=DEFAULT_SEED,
            show_default=True,
            help="Seed for the generated data.",
        ),
    ):
        command = option(command)
    return command


def _receiver_options(command: Command) -> Command:
    for option in (
        click.option(
            "--wait",
            "patience_seconds",
            type=click.FloatRange(min=0),
            default=30.0,
            show_default=True,
            help="Seconds to wait for the receiver at --webhook-url.",
        ),
        click.option(
            "--threads",
            type=click.IntRange(min=1),
            default=1,
            show_default=True,
            help="Number of concurrent requests.",
        ),
        click.option(
            "--webhook-secret",
            envvar="ZOOM_WEBHOOK_SECRET_TOKEN",
            show_envvar=True,
            help="Secret token for signing webhooks. If several are given, the first is used.",
        ),
        click.option("--webhook-url", help="Receiver URL for webhooks."),
    ):
        command = option(command)
    return command


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
@_receiver_options
@_company_options
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
    try:
        with running(world, port=port) as url:
            click.echo(f"Zoom simulator on {url}, account {account_id}, {users} users", err=True)
            if receiver and (days or live):
                _validate(receiver, patience_seconds)
                for day in days:
                    _play(company, day, seed=seed, receiver=receiver)
            if receiver and live:
                play_live(company, seed=seed, receiver=receiver, stop=threading.Event())
            threading.Event().wait()
    except NotStartedError as error:
        raise click.ClickException(str(error)) from error


@cli.command()
@click.option("--date", "day", type=Day(), required=True, help="YYYY-MM-DD, today or yesterday.")
@click.option("--only-counts", is_flag=True, help="Print event counts without sending anything.")
@_receiver_options
@_company_options
def day(
    day: date,
    only_counts: bool,
    webhook_url: str | None,
    webhook_secret: str | None,
    threads: int,
    patience_seconds: float,
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
    if not _play(company, day, seed=seed, receiver=receiver):
        sys.exit(1)


@cli.command()
@_company_options
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


def _play(company: Company, day: date, *, seed: int, receiver: Receiver) -> bool:
    """Send the day and print its counts; True when every delivery was accepted."""
    counts = play_at_once(company, day, seed=seed, receiver=receiver)
    click.echo(f"day={day.isoformat()} {counts}")
    return counts.refused == counts.given_up == 0


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Stop the main thread, whatever it does, with exit code 0."""
    raise SystemExit(0)
