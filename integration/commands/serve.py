"""`serve`: the web part alone, the webhook receiver and the page."""

import click

from integration.settings import read_settings
from integration.store.postgres import database_url


@click.command()
@click.option("--port", type=int, default=8080, show_default=True, help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
def serve(port: int, host: str) -> None:
    """Serve the webhook receiver and the integration page."""
    from integration.web.serve import serve as run

    settings = read_settings()
    settings.require_all("ZOOM_WEBHOOK_SECRET_TOKEN", "SESSION_KEY", "PUBLIC_URL")
    settings.require_zoom_app()
    try:
        run(
            settings,
            database_url(settings),
            port=port,
            host=host,
            echo=lambda line: click.echo(line, err=True),
        )
    except OSError as error:
        raise click.ClickException(
            f"Port {port} cannot be used ({error.strerror}). Choose another with --port."
        ) from error
