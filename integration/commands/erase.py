"""`erase`: a person or a Zoom account, everywhere and for good."""

import click

from integration.commands.processes import run_module
from integration.database.postgres import connect, database_url
from integration.identity.address import person_key
from integration.privacy.people import organizations_knowing
from integration.settings import read_settings


@click.command()
@click.option("--email", help="The address of the person, in any spelling.")
@click.option("--organization", help="Needed when not exactly one organization knows the person.")
@click.option("--zoom-account", help="Everything of this Zoom account; its connection ends.")
@click.option(
    "--topics",
    type=click.Choice(["list", "clear"]),
    default="list",
    show_default=True,
    help="Topics that speak of the person.",
)
def erase(
    email: str | None, organization: str | None, zoom_account: str | None, topics: str
) -> None:
    """Remove a person or a Zoom account everywhere, and prove it."""
    settings = read_settings()
    if (email is None) == (zoom_account is None):
        raise click.UsageError("Say either --email or --zoom-account.")
    if email is not None:
        settings.tombstone_key  # noqa: B018  (refuses one that is missing)
    url = database_url(settings)
    arguments = (
        ["--zoom-account", zoom_account]
        if zoom_account
        else _arguments_of_person(url, email or "", organization, topics)
    )
    if run_module(settings, url, "orchestration.erase", *arguments):
        raise click.ClickException("The erasure is not complete. The reason is above.")


def _arguments_of_person(url: str, email: str, organization: str | None, topics: str) -> list[str]:
    key = person_key(email)
    if key is None:
        raise click.ClickException("This is not an email address. Nothing was erased.")
    chosen = _organization(url, key, organization)
    clear = ["--clear-topics"] if topics == "clear" else []
    return ["--person-key", key, "--organization", chosen, *clear]


def _organization(url: str, key: str, given: str | None) -> str:
    with connect(url, role="pipeline") as connection:
        every, knowing = organizations_knowing(connection, key)
    if given is not None:
        if given not in every:
            raise click.ClickException(f"There is no organization {given!r}. Nothing was erased.")
        return given
    candidates = knowing or every
    if len(candidates) != 1:
        raise click.ClickException(
            f"{len(knowing) or 'No'} organizations know this person: name one with --organization. "
            "Nothing was erased."
        )
    return candidates[0]
