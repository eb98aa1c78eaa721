"""Sends the demo's days to the receiver, runs batches, and reports the progress."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import click

from integration.commands.demonstration.accounts import ORGANIZATION, OWNER, connect_accounts
from integration.commands.demonstration.printed_day import print_day
from integration.commands.demonstration.story import Story
from integration.commands.sign_in_link import create_link
from integration.commands.supervisor import Supervisor
from integration.quantities import quantity
from integration.settings import Settings


def show_days(processes: Supervisor, settings: Settings, url: str, *, page: str) -> None:
    """Connects the simulated accounts, sends the days that this home does not have yet, runs a
    batch, and prints the latest day.
    """
    now = datetime.now(UTC)
    story = Story.kept_in(settings.home / "demo.json", now=now)
    webhooks = f"{page}/webhooks/zoom"
    click.echo("Starting the Zoom simulator, which keeps sending new events…")
    _start_simulator(processes, settings, story, webhooks)
    days = story.unsent([*_days_of(processes, story), *story.later_days(now)])
    # The receiver only stores; a batch looks for the connection later.
    with ThreadPoolExecutor(max_workers=1) as background:
        sending = background.submit(_send, processes, story, days, webhooks) if days else None
        click.echo("Importing WorkSights users and connecting Zoom accounts…")
        _import_users(processes, settings)
        connect_accounts(processes, settings, url, ends_on=story.ends_on)
        if sending is None:
            click.echo("All past days have already been sent.")
            return
        click.echo(f"Sending {quantity(len(days), 'day')} of meetings and calls…")
        click.echo("  " + sending.result())
    story.with_sent(days, now=now)
    click.echo("Running a batch (about 30 seconds)…")
    click.echo(
        "  " + processes.run("-m", "integration.commands", "batch").strip().replace("\n", "\n  ")
    )
    print_day(url, max(days))
    link = create_link(settings, url, email=OWNER, organization=ORGANIZATION, made_by=None)
    click.echo("The page is ready. To sign in as an Executive now, open this link:")
    click.echo(f"  {link}")


def _start_simulator(
    processes: Supervisor, settings: Settings, story: Story, webhooks: str
) -> None:
    port = settings.require("ZOOM_API_URL").rpartition(":")[2]
    processes.start(
        "simulated-zoom", "python", "-m", "simulator", "demo", "serve", "--port", port,
        "--story-ends", str(story.ends_on), "--webhook-url", webhooks,
        "--state-file", str(settings.home / "simulated-zoom.json"),
    )  # fmt: skip


def _import_users(processes: Supervisor, settings: Settings) -> None:
    file = settings.home / "demo-users.csv"
    file.write_text(processes.run("-m", "simulator", "demo", "directory"))
    processes.run(
        "-m", "integration.commands", "import-users", str(file),
        "--organization", ORGANIZATION, "--organization-name", "Acme Works",
    )  # fmt: skip


def _days_of(processes: Supervisor, story: Story) -> list[date]:
    lines = processes.run("-m", "simulator", "demo", "days", "--story-ends", str(story.ends_on))
    return [date.fromisoformat(line) for line in lines.split()]


def _send(processes: Supervisor, story: Story, days: list[date], webhooks: str) -> str:
    """Sends these days. Returns a summary."""
    dates = [argument for day in days for argument in ("--date", str(day))]
    sent = processes.run(
        "-m", "simulator", "demo", "send", "--story-ends", str(story.ends_on),
        "--webhook-url", webhooks, *dates,
    )  # fmt: skip
    return sent.strip().splitlines()[-1]
