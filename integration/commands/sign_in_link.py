"""`sign-in-link`: prints a one-time link to the page for a WorkSights user."""

from datetime import UTC, datetime

import click
import psycopg

from integration.commands.chosen_user import only_user
from integration.commands.operator import operator
from integration.database.audit_trail import record_change
from integration.database.own_organization import limit_to
from integration.database.postgres import connect, database_url
from integration.directory.worksights_users import User, organizations_of_email, users_by_email
from integration.identity.cleaning import stored_spellings
from integration.keys.check import check_keys
from integration.settings import Settings, read_settings
from integration.sign_in.openid.providers import Provider, provider_of
from integration.sign_in.sessions import store_link

LONGEST_REASON = 200


@click.command("sign-in-link")
@click.option("--user", "email", required=True, help="Email of the WorkSights user.")
@click.option(
    "--organization", help="Organization ID, if users of several organizations have this email."
)
@click.option(
    "--break-glass",
    is_flag=True,
    help="For emergencies: create a link even if the organization signs in with OpenID Connect.",
)
@click.option(
    "--reason",
    help="With --break-glass: the reason, for the audit trail. Do not name anyone in it.",
)
def sign_in_link(
    email: str, organization: str | None, break_glass: bool, reason: str | None
) -> None:
    """Print a one-time sign-in link for a user. Valid for 10 minutes."""
    if break_glass != bool(reason and reason.strip()):
        raise click.UsageError("Use --break-glass and --reason together.")
    if reason and (len(reason) > LONGEST_REASON or not reason.isprintable()):
        raise click.UsageError(f"--reason must be one line of at most {LONGEST_REASON} characters.")
    settings = read_settings()
    settings.require_all("SESSION_KEY", "PUBLIC_URL")
    url = database_url(settings, "page")
    link = create_link(
        settings,
        url,
        email=email,
        organization=organization,
        made_by=operator(),
        emergency=reason,
    )
    click.echo(link)


def create_link(
    settings: Settings,
    url: str,
    *,
    email: str,
    organization: str | None = None,
    made_by: str | None,
    emergency: str | None = None,
) -> str:
    """Stores and returns a link. `made_by` is who makes it, if it is not the user; `emergency` is
    why there has to be one although the organization signs in with OpenID Connect. ClickException
    if there is no such user, several of them, the user is deactivated, or no link is possible.
    """
    from integration.sign_in.signing import Signing, new_secret

    now = datetime.now(UTC)
    with connect(url, role="page") as connection:
        check_keys(connection, settings)
        user = only_user(_users(connection, email, organization))
        limit_to(connection, user.organization_id)
        if user.deactivated_at is not None and user.deactivated_at <= now:
            raise click.ClickException("This user is deactivated and cannot sign in.")
        _check_way(
            settings, provider_of(connection, user.organization_id), is_emergency=bool(emergency)
        )
        token = new_secret()
        store_link(
            connection,
            token,
            organization_id=user.organization_id,
            user_id=user.user_id,
            made_by=made_by,
            now=now,
            method="break_glass" if emergency else "link",
        )
        if made_by is not None:
            record_change(
                connection,
                organization_id=user.organization_id,
                user_id=made_by,
                kind="break_glass_link_made" if emergency else "sign_in_link_made",
                subject=user.user_id,
                details={"reason": emergency.strip()} if emergency else {},
            )
    signed = Signing(settings.session_keys).signed(token, purpose="sign-in")
    return f"{settings.public_url}/sign-in?token={signed}"


def _users(connection: psycopg.Connection, email: str, organization: str | None) -> list[User]:
    """The users with this email in the organization, or in each of them."""
    found: list[User] = []
    asked = (
        organizations_of_email(connection, stored_spellings(email))
        if organization is None
        else [organization]
    )
    for one in asked:
        limit_to(connection, one)
        found += users_by_email(connection, email=email, organization_id=one)
    return found


def _check_way(settings: Settings, provider: Provider | None, *, is_emergency: bool) -> None:
    """ClickException if links do not work in the organization and there is no emergency, or if
    there is an emergency although links work.
    """
    if provider is not None and not is_emergency:
        raise click.ClickException(
            f"{provider.organization_id} signs in with OpenID Connect at "
            f"{settings.public_url}/sign-in/{provider.organization_id}, so sign-in links do not "
            "work for it. In an emergency, add --break-glass --reason TEXT. The reason is recorded "
            "in the audit trail."
        )
    if provider is None and is_emergency:
        raise click.ClickException(
            "This organization signs in with links. Leave --break-glass and --reason out."
        )
