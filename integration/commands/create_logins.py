"""`create-logins`: a database login for each process, with only its privileges, and its URL."""

import click

from integration.database.logins import Login, check_login
from integration.database.logins import create_logins as create
from integration.database.postgres import OWN_URLS, database_url, embedded_is_used
from integration.database.role_names import ROLES
from integration.settings import SettingsError, read_settings


@click.command("create-logins")
@click.option(
    "--new-password",
    "new_passwords",
    multiple=True,
    type=click.Choice(ROLES),
    help="Replace the password of this login. Can be used several times.",
)
def create_logins(new_passwords: tuple[str, ...]) -> None:
    """Create a database login for each process, with only the privileges it needs, and print the
    logins' URLs.

    The passwords are only in the URLs; they are not stored. An existing login keeps its password,
    so running this again changes nothing.
    """
    settings = read_settings()
    if embedded_is_used(settings):
        raise SettingsError(
            "DATABASE_URL is not set. On the embedded server, each process already has its own "
            "login, so there is nothing to create."
        )
    logins = create(database_url(settings), new_passwords=frozenset(new_passwords))
    for login in logins:
        click.echo(_line(login))
    for login in logins:
        check_login(login)


def _line(login: Login) -> str:
    if login.url is None:
        return (
            f"# {login.name} already exists and keeps its password. For a new password, add: "
            f"--new-password {login.role}"
        )
    if login.role in OWN_URLS:
        return f"{OWN_URLS[login.role]}={login.url}"
    return f"# For analysts and their tools: {login.url}"
