"""`python -m simulator demo …`: the demo's users, its Zoom, and its days."""

from __future__ import annotations

import csv
import io
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import click

from simulator.company import Company
from simulator.delivery import Delivery, plan
from simulator.demo import calendar
from simulator.demo.company import build_demo_company, demo_companies, manager_email_of
from simulator.demo.scene import build_whole_demo_day
from simulator.endpoint import EndpointRefusedError, validate
from simulator.memory import Memory
from simulator.playing import Receiver, send_at_once, send_live
from simulator.running import NotStartedError, running
from simulator.wire import iso
from simulator.world import make_world

THREADS = 3
PATIENCE_SECONDS = 60.0
Command = Callable[..., Any]
Date = click.DateTime(["%Y-%m-%d"])


def _story(command: Command) -> Command:
    return click.option(
        "--story-ends",
        "ends_on",
        type=Date,
        required=True,
        help="The last day of the story; a working day.",
    )(command)


def _webhooks(command: Command) -> Command:
    for option in (
        click.option("--webhook-url", required=True, help="Receiver URL for webhooks."),
        click.option(
            "--webhook-secret",
            envvar="ZOOM_WEBHOOK_SECRET_TOKEN",
            show_envvar=True,
            required=True,
            help="Secret token for signing webhooks. If several are given, the first is used.",
        ),
    ):
        command = option(command)
    return command


@click.group("demo")
def demo() -> None:
    """The demo company, with ten scripted working days."""


@demo.command()
def directory() -> None:
    """Print the WorkSights users as CSV."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(("email", "full_name", "role", "time_zone", "created_at", "manager_email"))
    for one in build_demo_company().colleagues:
        created_at, boss = iso(one.created_at), manager_email_of(one)
        rows.writerow((one.email, one.full_name, one.role, one.time_zone, created_at, boss))
    click.echo(written.getvalue(), nl=False)


@demo.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    required=True,
    help="Port to listen on; 0 picks a free port.",
)
@click.option(
    "--client-id", envvar="ZOOM_CLIENT_ID", required=True, help="Client ID of the Zoom app."
)
@click.option(
    "--client-secret",
    envvar="ZOOM_CLIENT_SECRET",
    required=True,
    help="Client secret of the Zoom app.",
)
@click.option(
    "--state-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for issued tokens, so that they stay valid after a restart.",
)
@_story
@_webhooks
def serve(
    port: int,
    client_id: str,
    client_secret: str,
    state_file: Path | None,
    ends_on: datetime,
    webhook_url: str,
    webhook_secret: str,
) -> None:
    """Serve OAuth, with a consent page, and the REST API; send today's events in real time."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    world = make_world(
        demo_companies(),
        client_id=client_id,
        client_secret=client_secret,
        asks_for_consent=True,
        state_file=state_file,
    )
    company, last, now = build_demo_company(), ends_on.date(), datetime.now(UTC)

    def from_now_on(day: date) -> list[Delivery]:
        deliveries = _deliveries(company, day, ends_on=last)
        return _to_come(deliveries, now) if day == now.date() else deliveries

    def until_now() -> Iterator[bytes]:
        day = calendar.earlier_days(last)[0]
        while day <= now.date():
            for event in build_whole_demo_day(company, day, ends_on=last):
                if event.occurred_at <= now:
                    yield event.body
            day += timedelta(days=1)

    world.history.record_later(until_now)
    try:
        with running(world, port=port) as url:
            click.echo(f"Zoom simulator on {url}", err=True)
            receiver = _validated(webhook_url, webhook_secret)
            memory = Memory(world, webhook_url)
            stop = threading.Event()
            send_live(from_now_on, receiver=receiver, stop=stop, observer=memory)
    except NotStartedError as error:
        raise click.ClickException(str(error)) from error


@demo.command()
@click.option("--date", "days", type=Date, multiple=True, help="A day to send. Repeatable.")
@_story
@_webhooks
def send(
    days: tuple[datetime, ...], ends_on: datetime, webhook_url: str, webhook_secret: str
) -> None:
    """Send these days' past events and print the counts.

    Exits with 1 if a delivery is rejected or abandoned.
    """
    receiver = _validated(webhook_url, webhook_secret)
    company, now = build_demo_company(), datetime.now(UTC)
    deliveries = [
        delivery
        for day in sorted(one.date() for one in days)
        for delivery in _deliveries(company, day, ends_on=ends_on.date())
        if delivery.event.occurred_at <= now
    ]
    counts = send_at_once(deliveries, receiver=receiver)
    click.echo(str(counts))
    sys.exit(0 if counts.refused == counts.given_up == 0 else 1)


@demo.command()
@_story
def days(ends_on: datetime) -> None:
    """Print all days that the demo sends, in order: a few weeks before the story, then its ten
    working days.
    """
    last = ends_on.date()
    for day in [*calendar.earlier_days(last), *calendar.story_days(last)]:
        click.echo(day.isoformat())


def _deliveries(company: Company, day: date, *, ends_on: date) -> list[Delivery]:
    return plan(build_whole_demo_day(company, day, ends_on=ends_on))


def _to_come(deliveries: list[Delivery], now: datetime) -> list[Delivery]:
    """Those of sessions that begin after `now`, so that no session lacks its first part."""
    started = {one.event.session for one in deliveries if one.event.occurred_at < now}
    return [one for one in deliveries if one.event.session not in started]


def _validated(url: str, secrets: str) -> Receiver:
    secret = secrets.split(",")[0].strip()
    try:
        validate(url, secret=secret, patience_seconds=PATIENCE_SECONDS)
    except EndpointRefusedError as error:
        raise click.ClickException(str(error)) from error
    return Receiver(url, secret, THREADS)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
