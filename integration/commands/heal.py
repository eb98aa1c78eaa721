"""`heal`: adds what Zoom's REST API reports and no webhook did, from the command line."""

from datetime import UTC, date, datetime, timedelta

import click

from integration.commands.log_lines import say
from integration.database.postgres import connect, database_url
from integration.healing.days import due_days
from integration.logs import format_of, set_up_logs
from integration.quantities import quantity
from integration.settings import read_settings


@click.command()
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Heal this day (UTC) of every account again, such as 2026-03-02.",
)
def heal(day: datetime | None) -> None:
    """Compare days with Zoom's REST API and add what no webhook reported."""
    from integration.healing.heal import heal as heal_days  # loads the HTTP client

    now = datetime.now(UTC)
    asked_for = day.date() if day else None
    if asked_for and asked_for > now.date() - timedelta(days=1):
        raise click.ClickException(
            f"{asked_for} is not over yet (UTC). Zoom reports a day only after its end."
        )
    settings = read_settings().only_of("pipeline")
    set_up_logs(format_of(settings))
    url = database_url(settings, "pipeline")
    counts = heal_days(
        settings, url, now=now, say=say, day=asked_for, is_asked_for=asked_for is not None
    )
    say(
        f"{quantity(counts['gaps'], 'event')} added, which the next batch lands. Of "
        f"{quantity(counts['days'], 'day')} of accounts and sources, {counts['finished']:,} "
        f"finished, {counts['unfinished']:,} unfinished, {counts['failed']:,} failed, "
        f"{counts['refused']:,} refused by Zoom."
    )
    if counts["failed"] or counts["unfinished"]:
        raise click.ClickException(_left(url, now=now, has_log=bool(settings.get("ZOOM_APP_ID"))))


def _left(url: str, *, now: datetime, has_log: bool) -> str:
    with connect(url, role="pipeline") as connection:
        days: list[date] = due_days(connection, now=now, has_log=has_log)
    left = f" Days that are due now: {len(days)}." if days else ""
    return f"Some days are not healed completely. They are tried again automatically.{left}"
