"""`connect`: connects your own Zoom account with Server-to-Server OAuth, without a browser."""

from datetime import UTC, datetime

import click

from integration.connections.connections import AccountTaken, connect_account
from integration.database.postgres import connect as open_connection
from integration.database.postgres import database_url
from integration.directory.worksights_users import user_by_email
from integration.settings import read_settings

MAY_CONNECT = ("executive", "admin")


@click.command()
@click.option("--organization", required=True, help="Organization ID.")
@click.option(
    "--zoom-account",
    required=True,
    help="Zoom account ID (22 characters, shown on the app's page).",
)
@click.option(
    "--owner", required=True, help="Email of the Executive or Admin who owns the integration."
)
@click.option(
    "--server-to-server",
    is_flag=True,
    help="Use Zoom's Server-to-Server OAuth. Required.",
)
def connect(organization: str, zoom_account: str, owner: str, server_to_server: bool) -> None:
    """Connect your own Zoom account to an organization.

    Uses Server-to-Server OAuth instead of a browser.
    """
    from integration.connections.tokens import save_grant
    from integration.zoom import oauth
    from integration.zoom.client import ZoomClient
    from integration.zoom.errors import CLIENT_UNKNOWN, PermanentZoomError

    if not server_to_server:
        raise click.UsageError(
            "Add --server-to-server, or connect on the Services page in a browser."
        )
    settings = read_settings()
    settings.require_zoom_app()
    with open_connection(database_url(settings), role="page") as connection:
        user = user_by_email(connection, organization_id=organization, email=owner)
        if user is None:
            raise click.ClickException(
                f"{organization} has no WorkSights user with this email. Import users first: "
                f"worksights-zoom import-users FILE.csv --organization {organization}"
            )
        if user.deactivated_at is not None:
            raise click.ClickException("This user is deactivated. Choose another owner.")
        if user.role not in MAY_CONNECT:
            raise click.ClickException(
                "Only an Executive or Admin can own a Zoom connection. "
                f"This user's role is {user.role}."
            )
        try:
            grant = oauth.account_credentials(
                settings.oauth_url,
                client_id=settings.require("ZOOM_CLIENT_ID"),
                client_secret=settings.require("ZOOM_CLIENT_SECRET"),
                account_id=zoom_account,
                now=datetime.now(UTC),
            )
        except PermanentZoomError as error:
            if error.code in CLIENT_UNKNOWN:
                raise click.ClickException(
                    "Zoom does not accept ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET. Copy both from "
                    "the app's page in the Zoom Marketplace."
                ) from error
            if error.code != "invalid_request":
                raise
            raise click.ClickException(
                "Zoom does not recognize this account for the app in ZOOM_CLIENT_ID. Check "
                "--zoom-account: use the account ID from the app's page, not the account number."
            ) from error
        found = (
            ZoomClient(settings.api_url, lambda _refused: grant.access_token).me().get("account_id")
        )
        if found != zoom_account:
            raise click.ClickException("Zoom returned a different account. Check --zoom-account.")
        try:
            connection_id, is_new = connect_account(
                connection,
                organization_id=organization,
                zoom_account_id=zoom_account,
                owner_user_id=user.user_id,
            )
        except AccountTaken as error:
            raise click.ClickException(str(error)) from error
        save_grant(
            connection,
            connection_id=connection_id,
            organization_id=organization,
            grant_type="account_credentials",
            grant=grant,
            keys=settings.encryption_keys,
        )
    click.echo(
        f"{'Connected' if is_new else 'Renewed access to'} Zoom account {zoom_account} (connection "
        f"{connection_id})."
    )
    click.echo("The next batch imports its users. Only sessions that end from now on will appear.")
