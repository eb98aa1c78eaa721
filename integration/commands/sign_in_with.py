"""`sign-in-with`: lets an organization sign in with OpenID Connect, or with links again."""

import sys

import click
import psycopg

from integration.commands.chosen_user import only_user
from integration.commands.operator import operator
from integration.database.audit_trail import record_change
from integration.database.postgres import database_url, transaction
from integration.directory.worksights_users import users_by_email
from integration.keys.check import check_keys
from integration.settings import Settings, read_settings
from integration.sign_in.openid.addresses import issuer_problem
from integration.sign_in.openid.providers import VERIFIED_BY, remove_provider, set_provider

LONGEST_SECRET = 1000


@click.command("sign-in-with")
@click.option("--organization", required=True, help="Organization ID.")
@click.option("--issuer", help="The provider's issuer, exactly as it publishes it.")
@click.option("--client-id", help="The client ID that the provider has given WorkSights.")
@click.option(
    "--email-verified-by",
    type=click.Choice(VERIFIED_BY),
    default="email_verified",
    show_default=True,
    help="The claim that confirms that the email address is the person's. For Entra ID: xms_edov.",
)
@click.option("--off", is_flag=True, help="Sign in with links again.")
@click.option(
    "--forget-account",
    "email",
    help="Email of a user who has a new account at the provider. Lets the new account sign in.",
)
def sign_in_with(
    organization: str,
    issuer: str | None,
    client_id: str | None,
    email_verified_by: str,
    off: bool,
    email: str | None,
) -> None:
    """Let an organization's users sign in with OpenID Connect.

    The client secret is read from standard input, or prompted for. Everyone in the organization is
    signed out when you turn OpenID Connect on or off, or change the provider.
    """
    if [bool(issuer and client_id), off, bool(email)].count(True) != 1:
        raise click.UsageError("Use --issuer and --client-id, or --off, or --forget-account EMAIL.")
    settings = read_settings()
    if off:
        _turn_off(settings, organization)
    elif email:
        _forget(settings, organization, email)
    else:
        _set(
            settings,
            organization,
            issuer=issuer or "",
            client_id=client_id or "",
            verified_by=email_verified_by,
        )


def _set(
    settings: Settings, organization: str, *, issuer: str, client_id: str, verified_by: str
) -> None:
    settings.require_all("ENCRYPTION_KEY", "PUBLIC_URL")
    keys = settings.encryption_keys
    wrong = issuer_problem(issuer)
    if wrong:
        raise click.ClickException(f"--issuer {wrong}.")
    _check_provider(issuer)
    secret = _secret()
    with transaction(database_url(settings)) as connection:
        check_keys(connection, settings)
        _require(connection, organization)
        is_new = set_provider(
            connection,
            organization_id=organization,
            issuer=issuer,
            client_id=client_id,
            client_secret=secret,
            verified_by=verified_by,
            keys=keys,
        )
        _record(connection, organization, "openid_set", subject=issuer)
    click.echo(
        f"{organization} signs in with OpenID Connect. "
        + ("Everyone in it has been signed out. " if is_new else "")
        + "Its users sign in at:"
    )
    click.echo(f"  {settings.public_url}/sign-in/{organization}")
    click.echo("Register this redirect URI with the provider:")
    click.echo(f"  {settings.public_url}/sign-in/{organization}/callback")


def _check_provider(issuer: str) -> None:
    """Asks the provider, so that a wrong address is noticed now, not by the first person who signs
    in.
    """
    from integration.sign_in.openid.discovery import WELL_KNOWN, read_published
    from integration.sign_in.openid.problems import OpenIdError

    try:
        read_published(issuer)
    except OpenIdError as error:
        raise click.ClickException(
            f"Nothing was changed, because {error.problem}. Open "
            f"{issuer.rstrip('/')}{WELL_KNOWN} and compare --issuer with the issuer there: they "
            "must be identical, including a slash at the end."
        ) from error


def _secret() -> str:
    if sys.stdin.isatty():
        secret = str(click.prompt("Client secret", hide_input=True, err=True))
    else:
        secret = sys.stdin.readline(LONGEST_SECRET + 2)
    secret = secret.strip()
    if not secret or len(secret) > LONGEST_SECRET or not secret.isprintable():
        raise click.ClickException(
            "Pass the client secret on standard input, as one line of at most "
            f"{LONGEST_SECRET:,} characters."
        )
    return secret


def _turn_off(settings: Settings, organization: str) -> None:
    with transaction(database_url(settings)) as connection:
        _require(connection, organization)
        if not remove_provider(connection, organization):
            click.echo(f"{organization} already signs in with links.")
            return
        _record(connection, organization, "openid_removed", subject=organization)
    click.echo(f"{organization} signs in with links again. Everyone in it has been signed out.")


def _forget(settings: Settings, organization: str, email: str) -> None:
    from integration.sign_in.openid.users import forget_account

    with transaction(database_url(settings)) as connection:
        user = only_user(users_by_email(connection, email=email, organization_id=organization))
        is_known = forget_account(connection, organization_id=organization, user_id=user.user_id)
        if is_known:
            _record(connection, organization, "openid_account_forgotten", subject=user.user_id)
    click.echo(
        "The user is no longer linked to their account at the provider and has been signed out. "
        "The next account that signs in with this email will be linked to them."
        if is_known
        else "This user has not signed in with OpenID Connect yet."
    )


def _require(connection: psycopg.Connection, organization: str) -> None:
    found = connection.execute(
        "select from worksights.organizations where organization_id = %s", [organization]
    )
    if found.rowcount == 0:
        raise click.ClickException(f"Organization {organization!r} does not exist.")


def _record(connection: psycopg.Connection, organization: str, kind: str, *, subject: str) -> None:
    record_change(
        connection, organization_id=organization, user_id=operator(), kind=kind, subject=subject
    )
