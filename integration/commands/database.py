"""`migrate`, `database-url`, `stop`: the database itself."""

import click

from integration.database import embedded, postgres
from integration.database.address import dagster_url
from integration.pipeline.derive import DerivationFailed
from integration.pipeline.migrate import migrate as apply_migrations
from integration.quantities import quantity
from integration.settings import Settings, read_settings


@click.command()
def migrate() -> None:
    """Apply pending database migrations. Safe to run again."""
    settings = read_settings()
    url = postgres.database_url(settings)
    applied = apply_migrations(settings, url, say=click.echo)
    for name in applied:
        click.echo(f"Applied {name}")
    _apply_kept_erasures(settings, url)
    click.echo(f"The database is up to date ({quantity(len(applied), 'migration')} applied).")


def _apply_kept_erasures(settings: Settings, url: str) -> None:
    from integration.pipeline.kept_erasures import apply_kept_erasures

    try:
        apply_kept_erasures(settings, url, say=click.echo)
    except DerivationFailed as failure:
        raise click.ClickException(
            f"{failure}. The source data is erased, but the tables derived from it are not yet "
            "updated. Fix the cause, then run: worksights-zoom batch"
        ) from failure


@click.command("database-url")
@click.option("--dagster", is_flag=True, help="Print the URL for DAGSTER_POSTGRES_URL.")
def database_url(dagster: bool) -> None:
    """Print the database URL. Starts the embedded server if needed."""
    url = postgres.database_url(read_settings())
    click.echo(dagster_url(url) if dagster else url)


@click.command()
def stop() -> None:
    """Stop the embedded PostgreSQL server."""
    settings = read_settings()
    if not postgres.embedded_is_used(settings):
        raise click.ClickException(
            "The settings name a database server, so there is no embedded server to stop."
        )
    stopped = embedded.stop(settings.home)
    click.echo(
        "The embedded PostgreSQL server has stopped."
        if stopped
        else "The embedded PostgreSQL server is not running."
    )
