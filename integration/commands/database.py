"""`migrate`, `database-url`, `stop`: the database itself."""

import click

from integration.database import embedded, postgres
from integration.database.address import dagster_url
from integration.database.migrate import migrate as apply_migrations
from integration.settings import read_settings


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema; safe to repeat."""
    applied = apply_migrations(postgres.database_url(read_settings()))
    for name in applied:
        click.echo(f"applied {name}")
    click.echo(f"The database is up to date ({len(applied)} migrations applied).")


@click.command("database-url")
@click.option("--dagster", is_flag=True, help="As Dagster's tools want it: DAGSTER_POSTGRES_URL.")
def database_url(dagster: bool) -> None:
    """Print the libpq URL of the database in use (starts the embedded one when needed)."""
    url = postgres.database_url(read_settings())
    click.echo(dagster_url(url) if dagster else url)


@click.command()
def stop() -> None:
    """End the embedded Postgres."""
    settings = read_settings()
    if not postgres.embedded_is_used(settings):
        raise click.ClickException("DATABASE_URL is set: that database is not ours to stop.")
    stopped = embedded.stop(settings.home)
    click.echo(
        "The embedded Postgres has stopped." if stopped else "The embedded Postgres is not running."
    )
