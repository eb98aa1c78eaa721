"""`sign-in-link`: prints a one-time link to the page for a WorkSights user."""

from datetime import UTC, datetime

import click

from integration.commands.chosen_user import only_user
from integration.commands.operator import operator
from integration.database.audit_trail import record_change
from integration.database.postgres import connect, database_url
from integration.directory.worksights_users import users_by_email
from integration.settings import Settings, read_settings
from integration.sign_in.sessions import store_link


@click.command("sign-in-link")
@click.option("--user", "email", required=True, help="Email of the WorkSights user.")
@click.option("--organization", help="Organization ID, if several organizations have this email.")
def sign_in_link(email: str, organization: str | None) -> None:
    """Print a one-time sign-in link for a user. Valid for 10 minutes."""
    settings = read_settings()
    settings.require_all("SESSION_KEY", "PUBLIC_URL")
    url = database_url(settings)
    link = create_link(settings, url, email=email, organization=organization, made_by=operator())
    click.echo(link)


def create_link(
    settings: Settings,
    url: str,
    *,
    email: str,
    organization: str | None = None,
    made_by: str | None,
) -> str:
    """Stores and returns a link. `made_by` is who makes it, if it is not the user. ClickException
    if there is no such user, several of them, or the user is deactivated.
    """
    from integration.sign_in.signing import Signing, new_secret

    now = datetime.now(UTC)
    with connect(url, role="page") as connection:
        user = only_user(users_by_email(connection, email=email, organization_id=organization))
        if user.deactivated_at is not None and user.deactivated_at <= now:
            raise click.ClickException("This user is deactivated and cannot sign in.")
        token = new_secret()
        store_link(
            connection,
            token,
            organization_id=user.organization_id,
            user_id=user.user_id,
            made_by=made_by,
            now=now,
        )
        if made_by is not None:
            record_change(
                connection,
                organization_id=user.organization_id,
                user_id=made_by,
                kind="sign_in_link_made",
                subject=user.user_id,
            )
    signed = Signing(settings.session_keys).signed(token, purpose="sign-in")
    return f"{settings.public_url}/sign-in?token={signed}"
