"""`connect`: connects your own Zoom account with Server-to-Server OAuth, without a browser."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import psycopg

from integration.commands.webhook_secrets import bound_accounts
from integration.connections.connecting import AccountTaken
from integration.connections.naming import (
    INVALID_LABEL,
    cleaned_label,
    is_valid_label,
    set_label,
)
from integration.connections.reported import reported
from integration.database.audit_trail import record_change
from integration.database.own_organization import limit_to
from integration.database.postgres import connect as open_connection
from integration.database.postgres import database_url
from integration.directory.rights import Right, may, someone_who_may
from integration.directory.worksights_users import User, user_by_email
from integration.keys.check import check_keys
from integration.quantities import quantity
from integration.settings import Settings, read_settings
from integration.zoom.features import FEATURES

if TYPE_CHECKING:  # at run time it would load the HTTP client
    from integration.zoom.oauth import Grant

OWNER = someone_who_may(Right.CONNECT)


@click.command()
@click.option("--organization", required=True, help="Organization ID.")
@click.option(
    "--zoom-account",
    required=True,
    help="Zoom account ID (22 characters, shown on the app's page).",
)
@click.option(
    "--owner", required=True, help=f"Email of the integration owner: {OWNER} in WorkSights."
)
@click.option(
    "--server-to-server",
    is_flag=True,
    help="Use Zoom's Server-to-Server OAuth. Required.",
)
@click.option("--label", help="A name for the account, shown instead of its ID.")
@click.option(
    "--subscribe",
    is_flag=True,
    help="Also create the event subscription, so that Zoom sends the account's events to "
    "PUBLIC_URL/webhooks/zoom.",
)
def connect(
    organization: str,
    zoom_account: str,
    owner: str,
    server_to_server: bool,
    label: str | None,
    subscribe: bool,
) -> None:
    """Connect your own Zoom account to an organization.

    Uses Server-to-Server OAuth instead of a browser.
    """
    from integration.connections.connecting import connect_with_grant
    from integration.connections.event_subscriptions import is_public

    if not server_to_server:
        raise click.UsageError(
            "Add --server-to-server, or connect on the Services page in a browser."
        )
    label = cleaned_label(label or "")
    if not is_valid_label(label):
        raise click.BadParameter(INVALID_LABEL, param_hint="--label")
    settings = read_settings()
    settings.require_zoom_app()
    if subscribe and not is_public(settings):
        raise click.ClickException(
            "--subscribe needs a PUBLIC_URL that starts with https://, because Zoom sends events "
            "to no other address."
        )
    with open_connection(database_url(settings, "page"), role="page") as connection:
        check_keys(connection, settings)
        limit_to(connection, organization)
        user = _owner(connection, organization, owner)
        grant = _grant(settings, zoom_account)
        _check_account(settings, grant, zoom_account)
        try:
            connection_id, is_new = connect_with_grant(
                connection,
                grant,
                grant_type="account_credentials",
                zoom_account_id=zoom_account,
                organization_id=organization,
                user_id=user.user_id,
                keys=settings.encryption_keys,
                new_organizations=settings.new_organizations,
            )
        except AccountTaken as error:
            raise click.ClickException(str(error)) from error
        if label and set_label(connection, connection_id, label) and not is_new:
            record_change(
                connection,
                organization_id=organization,
                user_id=user.user_id,
                kind="account_renamed",
                subject=connection_id,
            )
    click.echo(
        f"{'Connected' if is_new else 'Renewed access to'} Zoom account {zoom_account} (connection "
        f"{connection_id})."
    )
    only_new = " Only sessions that end from now on will appear." if is_new else ""
    click.echo(f"The next batch imports its users.{only_new}")
    if zoom_account not in bound_accounts(settings):
        click.echo(
            "If this app sends webhooks, bind its secret token to this account, so that the token "
            f"cannot sign events of other accounts. Add SECRET@{zoom_account} to "
            "ZOOM_WEBHOOK_SECRET_TOKEN."
        )
    if subscribe:
        _subscribe(settings, grant, zoom_account, organization, connection_id)


def _owner(connection: psycopg.Connection, organization: str, email: str) -> User:
    user = user_by_email(connection, organization_id=organization, email=email)
    if user is None:
        raise click.ClickException(
            f"{organization} has no WorkSights user with this email. Check the email, or import "
            f"the user: worksights-zoom import-users FILE.csv --organization {organization}"
        )
    if user.deactivated_at is not None:
        raise click.ClickException("This user is deactivated. Choose another integration owner.")
    if not may(user.role, Right.CONNECT):
        raise click.ClickException(
            f"Only {OWNER} can be the integration owner. This user's role is {user.role}."
        )
    return user


def _grant(settings: Settings, zoom_account: str) -> "Grant":
    from integration.zoom import oauth
    from integration.zoom.errors import CLIENT_UNKNOWN, PermanentZoomError

    try:
        return oauth.account_credentials(
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


def _check_account(settings: Settings, grant: "Grant", zoom_account: str) -> None:
    """Stops when the grant may not connect an account, or is for a different one."""
    from integration.connections.connecting import (
        NotAdministrator,
        ScopesMissing,
        account_of_grant,
    )

    try:
        found = account_of_grant(grant, api_url=settings.api_url)
    except ScopesMissing as missing:
        raise click.ClickException(
            f"These scopes are missing: {', '.join(missing.scopes)}. Add them to the app in the "
            "Zoom Marketplace, activate the app again, and repeat this command."
        ) from missing
    except NotAdministrator as error:
        raise click.ClickException(
            "The app does not belong to the owner or an admin of the Zoom account. Create it as "
            "one of them, and repeat this command with its client ID and secret."
        ) from error
    if found != zoom_account:
        raise click.ClickException("Zoom returned a different account. Check --zoom-account.")


def _subscribe(
    settings: Settings, grant: "Grant", zoom_account: str, organization: str, connection_id: str
) -> None:
    from integration.connections.event_subscriptions import webhook_url
    from integration.connections.new_event_subscription import (
        has_zoom_phone,
        store_subscription,
        subscribe,
    )
    from integration.zoom.client import ZoomClient
    from integration.zoom.errors import TransientZoomError, ZoomError
    from integration.zoom.texts import text

    client = ZoomClient(settings.api_url, lambda _rejected: grant.access_token)
    try:
        me = client.me()
        has_phone = has_zoom_phone(client)
        with open_connection(database_url(settings, "page"), role="page") as connection:
            limit_to(connection, organization)
            [known] = reported(
                connection, organization_id=organization, connection_id=connection_id
            )
        done = subscribe(
            settings,
            grant.access_token,
            zoom_account_id=zoom_account,
            user_id=text(me.get("id")),
            features=replace(known, has_phone=has_phone, features_left_out=()).features,
        )
    except ZoomError as error:
        is_transient = isinstance(error, TransientZoomError)
        raise click.ClickException(
            "The account is connected, but its event subscription was not created. "
            f"{error.reason} {'Repeat this command.' if is_transient else error.next_step}"
        ) from error
    with open_connection(database_url(settings, "page"), role="page") as connection:
        limit_to(connection, organization)
        store_subscription(connection, connection_id, done)
    if done.in_marketplace:
        raise click.ClickException(
            "The account is connected. Its event subscription was created on the app's page in "
            "the Zoom Marketplace and can only be changed there. It lacks these events: "
            f"{', '.join(done.in_marketplace)}. Add them there. Switch features that the account "
            "does not have off on the Features page."
        )
    if done.created:
        click.echo(
            f"Subscribed to {quantity(len(done.created), 'event')}, which Zoom now sends to "
            f"{webhook_url(settings)}."
        )
    elif not done.left_out:
        click.echo(f"The event subscription to {webhook_url(settings)} is complete.")
    for feature, event in done.left_out.items():
        name = FEATURES[feature].lower()
        click.echo(
            f"{FEATURES[feature]} will not be received: Zoom does not allow the app to receive "
            f"{event}. If the account has {name}, add the scopes of these events to the app in "
            "the Zoom Marketplace, activate the app again, and repeat this command."
        )
