"""`serve`: runs only the webhook receiver and the page."""

import click

from integration.database.postgres import connect, database_url
from integration.database.unavailable import DatabaseUnavailable, DatabaseUnsuitable
from integration.settings import read_settings


@click.command()
@click.option("--port", type=int, default=8080, show_default=True, help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
def serve(port: int, host: str) -> None:
    """Run only the webhook receiver and the page."""
    from integration.web.serve import serve as run

    settings = read_settings()
    settings.require_all("ZOOM_WEBHOOK_SECRET_TOKEN", "SESSION_KEY", "PUBLIC_URL")
    settings.require_zoom_app()
    url = database_url(settings)
    hint = _database_hint(url)

    def say_where(line: str) -> None:
        click.echo(line, err=True)
        if hint:
            click.echo(hint, err=True)

    try:
        run(settings, url, port=port, host=host, echo=say_where)
    except OSError as error:
        raise click.ClickException(
            f"Cannot use port {port} ({error.strerror}). Choose another with --port."
        ) from error


def _database_hint(url: str) -> str:
    """A hint if the database does not answer yet, else "". DatabaseUnsuitable if it answers but
    cannot be used.
    """
    try:
        connect(url, role="receiver").close()
    except DatabaseUnsuitable:
        raise
    except DatabaseUnavailable as error:
        return f"{error} Until then, deliveries are answered with 503."
    return ""
