"""The demo's settings, and where it refuses to run."""

import secrets

import click

from integration.commands.demonstration.accounts import ORGANIZATION
from integration.commands.demonstration.queries import has_other_organizations
from integration.commands.keys import store_missing
from integration.database.postgres import connect
from integration.settings import Settings, SettingsError


def settings_of_demo(settings: Settings, *, simulator_port: int) -> Settings:
    """Settings that point to the simulator. They are stored below the home, so that other commands
    use the demo, too.
    """
    if settings.get("DATABASE_URL"):
        raise SettingsError(
            "DATABASE_URL is set. The demo adds fictional people, so it runs only on the embedded "
            "database. Unset DATABASE_URL, or run `up` without --demo."
        )
    if settings.get("ZOOM_CLIENT_ID", "demo-client") != "demo-client":
        raise SettingsError(
            "ZOOM_CLIENT_ID is set to a real Zoom app, and the demo needs its own. Start the demo "
            "with empty values: ZOOM_CLIENT_ID= ZOOM_CLIENT_SECRET= ZOOM_WEBHOOK_SECRET_TOKEN= "
            "WORKSIGHTS_ZOOM_HOME=.local/demo worksights-zoom up --demo"
        )
    simulator = f"http://127.0.0.1:{simulator_port}"
    demo = {"ZOOM_OAUTH_URL": simulator, "ZOOM_API_URL": simulator}
    app = {
        "ZOOM_CLIENT_ID": "demo-client",
        "ZOOM_CLIENT_SECRET": secrets.token_urlsafe(16),
        "ZOOM_WEBHOOK_SECRET_TOKEN": secrets.token_urlsafe(16),
    }
    kept = store_missing(settings, app, addresses=demo)
    return kept.changed(demo)


def refuse_real_data(url: str) -> None:
    """Raises ClickException if the database has other organizations: fictional people must not be
    mixed with real ones.
    """
    with connect(url) as connection:
        if has_other_organizations(connection, ORGANIZATION):
            raise click.ClickException(
                "This database contains real organizations. Use a different directory for the "
                "demo: "
                "WORKSIGHTS_ZOOM_HOME=.local/demo worksights-zoom up --demo"
            )
