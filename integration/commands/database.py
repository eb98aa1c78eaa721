"""`migrate`, `database-url`, `stop`: the database itself."""

import click

from integration.settings import read_settings
from integration.store import postgres
from integration.store.migrate import migrate as apply_migrations


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema; safe to repeat."""
    applied = apply_migrations(postgres.database_url(read_settings()))
    for name in applied:
        click.echo(f"applied {name}")
    click.echo(f"The database is up to date ({len(applied)} migrations applied).")


@click.command("database-url")
def database_url() -> None:
    """Print the libpq URL of the database in use (starts the embedded one when needed)."""
    click.echo(postgres.database_url(read_settings()))


@click.command()
def stop() -> None:
    """End the embedded Postgres."""
    settings = read_settings()
    if not postgres.embedded_is_used(settings):
        raise click.ClickException("DATABASE_URL is set: that database is not ours to stop.")
    stopped = postgres.stop_embedded(settings)
    click.echo(
        "The embedded Postgres has stopped." if stopped else "The embedded Postgres is not running."
    )
