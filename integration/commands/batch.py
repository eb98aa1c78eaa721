"""`batch` and `rebuild`: the pipeline, run from the command line."""

from datetime import UTC, datetime

import click

from integration.commands.arguments import AwareTime
from integration.commands.dagster_processes import refuse_unusable, refuse_unusable_database
from integration.commands.log_lines import say
from integration.commands.processes import environment
from integration.database.postgres import connect, database_url
from integration.logs import format_of, set_up_logs
from integration.pipeline import rebuild as rebuilding
from integration.pipeline.batch_time import is_ahead
from integration.pipeline.dbt.project import ensure_manifest
from integration.pipeline.derive import DerivationFailed
from integration.pipeline.summary import batch_summary
from integration.settings import environment_with, read_settings


@click.command()
@click.option("--now", type=AwareTime(), help="Run as of TIME, such as 2026-03-02T10:00:00Z.")
@click.option("--pretend", is_flag=True, help="Allow a TIME in the future, for trials only.")
def batch(now: datetime | None, pretend: bool) -> None:
    """Run one batch through Dagster and print a summary."""
    if now and not pretend and is_ahead(now, clock=datetime.now(UTC)):
        raise click.ClickException(
            f"{now:%Y-%m-%d %H:%M:%S} UTC is in the future. A batch as of that time would prevent "
            "Zoom users from being imported until then, and would treat sessions without an end "
            "as ended. In a trial installation, add --pretend."
        )
    settings = read_settings()
    set_up_logs(format_of(settings))
    refuse_unusable(settings)
    url = database_url(settings, "pipeline")
    refuse_unusable_database(settings, url)
    ensure_manifest()
    with environment_with(**environment(settings, url)):
        from orchestration.batch import run_batch  # only this command needs to load Dagster

        is_done = run_batch(now=now, allow_future=pretend)
    if not is_done:
        raise click.ClickException(
            "The batch failed. The next batch continues where it stopped. "
            "See the error above, or Runs in the Dagster UI."
        )
    with connect(url, role="pipeline") as connection:
        for line in batch_summary(connection):
            say(line)


@click.command()
@click.option("--check", is_flag=True, help="Report differences without changing anything.")
def rebuild(check: bool) -> None:
    """Rebuild all marts from the landed data and print what changed."""
    settings = read_settings()
    url = database_url(settings, "pipeline")
    ensure_manifest()
    try:
        rebuilding.rebuild(settings, url, check=check, say=click.echo)
    except DerivationFailed as failure:
        raise click.ClickException(f"The rebuild failed: {failure}.") from failure
