"""`heal`: adds what Zoom's REST API reports and no webhook did, from the command line."""

from datetime import UTC, datetime, timedelta

import click

from integration.commands.log_lines import say
from integration.database.postgres import database_url
from integration.healing.days import TRIED_FOR
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
    counts = heal_days(
        settings,
        database_url(settings, "pipeline"),
        now=now,
        say=say,
        day=asked_for,
        is_asked_for=asked_for is not None,
    )
    if not counts["days"]:
        say("No account can be healed for this day." if asked_for else "No day is due.")
        return
    say(
        f"{quantity(counts['gaps'], 'event')} added, which the next batch lands. Days by account "
        f"and source: {counts['finished']:,} finished, {counts['unfinished']:,} unfinished, "
        f"{counts['failed']:,} failed, {counts['refused']:,} refused by Zoom."
    )
    if counts["failed"] or counts["unfinished"]:
        is_tried_again = asked_for is None or asked_for >= (now - TRIED_FOR).date()
        raise click.ClickException(
            "Some accounts or sources are not finished. "
            + ("They are tried again automatically." if is_tried_again else "Repeat this command.")
        )
