"""`batch` and `rebuild`: the pipeline, run by a person."""

from datetime import UTC, datetime

import click

from integration.commands.arguments import AwareTime
from integration.commands.processes import environment
from integration.database.postgres import connect, database_url
from integration.pipeline import rebuild as rebuilding
from integration.pipeline.batch_time import is_ahead
from integration.pipeline.dbt.project import ensure_manifest
from integration.pipeline.derive import DerivationFailed
from integration.pipeline.summary import batch_summary
from integration.settings import environment_with, read_settings


@click.command()
@click.option("--now", type=AwareTime(), help="Take TIME for now, such as 2026-03-02T10:00:00Z.")
@click.option("--pretend", is_flag=True, help="Allow a TIME that has not come yet, in a trial.")
def batch(now: datetime | None, pretend: bool) -> None:
    """Run the 20-minute job once, through Dagster, and print what it did."""
    if now and not pretend and is_ahead(now, clock=datetime.now(UTC)):
        raise click.ClickException(
            f"{now:%Y-%m-%d %H:%M:%S} UTC has not come yet. A batch as of a later time holds until "
            "then: no user is imported, and sessions without an end count as ended. In a trial "
            "installation add --pretend."
        )
    settings = read_settings()
    settings.require_zoom_app()
    settings.erase_after_days  # noqa: B018  (refuses more than Zoom allows)
    url = database_url(settings)
    with connect(url, role="pipeline"):  # a plain sentence now, not a trace of Dagster
        pass
    ensure_manifest()
    with environment_with(**environment(settings, url)):
        from orchestration.batch import run_batch  # imports Dagster: only this command pays

        is_done = run_batch(now=now, is_pretended=pretend)
    if not is_done:
        raise click.ClickException(
            "The batch failed; what it did not finish is taken up by the next one. "
            "The reason is above, and in the Dagster UI under Runs."
        )
    with connect(url, role="pipeline") as connection:
        for line in batch_summary(connection):
            click.echo(line)


@click.command()
@click.option("--check", is_flag=True, help="Report only; change nothing.")
def rebuild(check: bool) -> None:
    """Derive every mart again from what was landed, and print what changed."""
    settings = read_settings()
    url = database_url(settings)
    ensure_manifest()
    try:
        rebuilding.rebuild(settings, url, check=check, say=click.echo)
    except DerivationFailed as failure:
        raise click.ClickException(f"The rebuild failed: {failure}.") from failure
