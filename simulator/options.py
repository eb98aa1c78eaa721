"""Options that several commands have: the company, the receiver, and what is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import click

from simulator.company import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_SEED,
    DEFAULT_USERS,
    MINIMUM_USERS,
)

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


def company_options(command: Command) -> Command:
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


def receiver_options(command: Command) -> Command:
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


def loss_options(command: Command) -> Command:
    for option in (
        click.option(
            "--log-swallowed",
            is_flag=True,
            help="List swallowed events in Zoom's log of failed deliveries.",
        ),
        click.option(
            "--swallow-day",
            "swallowed_days",
            type=Day(),
            multiple=True,
            help="Swallow all events of this day (UTC). Repeatable.",
        ),
        click.option(
            "--swallow",
            "swallowed_share",
            type=click.FloatRange(0, 1),
            default=0.0,
            show_default=True,
            help="Share of events that are never delivered; the REST API still reports them.",
        ),
    ):
        command = option(command)
    return command
