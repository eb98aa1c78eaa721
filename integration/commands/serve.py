"""`serve`: runs only the webhook receiver and the page, or one of them."""

import click
from psycopg.errors import InvalidSchemaName, UndefinedFunction, UndefinedTable

from integration.commands.log_lines import say
from integration.commands.ports import PORT
from integration.commands.ports import metrics_port as port_of_metrics
from integration.database.postgres import connect, database_url
from integration.database.role_names import Role
from integration.database.unavailable import DatabaseUnavailable, DatabaseUnsuitable
from integration.keys.check import check_keys
from integration.logs import format_of, set_up_logs
from integration.privacy.erasures_file import refuse_unknown_erasures
from integration.settings import Settings, read_settings

PARTS: tuple[Role, ...] = ("receiver", "page")
OUT_OF_DATE = "The database schema is out of date. Run: worksights-zoom migrate."
CONSEQUENCES = {"receiver": "deliveries are answered with 503", "page": "pages are unavailable"}


@click.command()
@click.option("--port", type=PORT, default=8080, show_default=True, help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--only", type=click.Choice(PARTS), help="Run only this part.")
@click.option(
    "--drain",
    type=click.FloatRange(min=0),
    default=0,
    metavar="SECONDS",
    help="After a stop signal, keep serving requests for this long while /readyz returns 503.",
)
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Serve /metrics on this port only (default: METRICS_PORT, or the same as --port).",
)
def serve(port: int, host: str, only: Role | None, drain: float, metrics_port: int | None) -> None:
    """Run only the webhook receiver and the page, or one of them.

    Behind a load balancer, --drain gives the balancer time to send requests elsewhere before this
    process stops.

    Each part reads only the settings that it needs. If RECEIVER_DATABASE_URL or PAGE_DATABASE_URL
    is set, the part uses that login (see create-logins).
    """
    from integration.web.serve import PortUnavailable
    from integration.web.serve import serve as run

    parts: tuple[Role, ...] = (only,) if only else PARTS
    settings = read_settings().only_of(*parts)
    set_up_logs(format_of(settings))
    _require(settings, parts)
    urls = {part: database_url(settings, part) for part in parts}
    hints = [hint for part in parts if (hint := _database_hint(settings, urls[part], part))]

    def say_where(line: str) -> None:
        for each in (line, *hints):
            say(each, err=True)

    try:
        run(
            settings,
            urls[parts[-1]],
            receiver_url=urls[parts[0]],
            only=only,
            port=port,
            host=host,
            drain_seconds=drain,
            metrics_port=port_of_metrics(settings) if metrics_port is None else metrics_port,
            echo=say_where,
        )
    except PortUnavailable as error:
        wanted, reason = error.args
        raise click.ClickException(
            f"Cannot use port {wanted} ({reason}). Choose another with --port."
        ) from error


def _require(settings: Settings, parts: tuple[Role, ...]) -> None:
    of_receiver = ("ZOOM_WEBHOOK_SECRET_TOKEN",) if "receiver" in parts else ()
    of_page = ("SESSION_KEY", "PUBLIC_URL") if "page" in parts else ()
    settings.require_all(*of_receiver, *of_page)
    if "page" in parts:
        settings.require_zoom_app()
        settings.refuse_unusable_tombstone_keys()


def _database_hint(settings: Settings, url: str, part: Role) -> str:
    """A hint if the database does not answer yet, else "". DatabaseUnsuitable if it answers but
    cannot be used, WrongKey if its data was made with other keys.
    """
    try:
        with connect(url, role=part) as connection:
            if part == "page":
                check_keys(connection, settings, process="page")
                refuse_unknown_erasures(settings, connection)
    except DatabaseUnsuitable:
        raise
    except (UndefinedTable, UndefinedFunction, InvalidSchemaName):
        return f"{OUT_OF_DATE} Until then, {CONSEQUENCES[part]}."
    except DatabaseUnavailable as error:
        return f"{error} Until then, {CONSEQUENCES[part]}."
    return ""
