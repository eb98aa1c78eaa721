"""`erase`: permanently erases a person or a Zoom account."""

import click

from integration.database.postgres import connect, database_url
from integration.identity.address import person_key
from integration.pipeline import erasure
from integration.pipeline.dbt.project import ensure_manifest
from integration.pipeline.derive import DerivationFailed
from integration.privacy.people import organizations_with_person
from integration.privacy.person import ActiveUser
from integration.settings import Settings, read_settings


@click.command()
@click.option("--email", help="Email of the person, in any spelling.")
@click.option(
    "--organization",
    help="Organization ID. Required unless exactly one organization has data about the person.",
)
@click.option("--zoom-account", help="Erase all data of this Zoom account and end its connection.")
@click.option(
    "--topics",
    type=click.Choice(["list", "clear"]),
    default="list",
    show_default=True,
    help="What to do with topics that mention the person.",
)
def erase(
    email: str | None, organization: str | None, zoom_account: str | None, topics: str
) -> None:
    """Permanently erase a person or a Zoom account.

    Then verify that nothing is left.
    """
    settings = read_settings()
    if (email is None) == (zoom_account is None):
        raise click.UsageError("Specify either --email or --zoom-account.")
    if email is not None:
        settings.tombstone_key  # noqa: B018  (raises if it is missing)
    url = database_url(settings)
    try:
        if zoom_account:
            ensure_manifest()
            is_done = erasure.erase_account(settings, url, zoom_account, say=click.echo)
        else:
            is_done = _erase_person(settings, url, email or "", organization, topics)
    except (ActiveUser, DerivationFailed) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if not is_done:
        raise click.ClickException("The erasure is incomplete. See above for what is left.")


def _erase_person(
    settings: Settings, url: str, email: str, organization: str | None, topics: str
) -> bool:
    key = person_key(email)
    if key is None:
        raise click.ClickException("This is not an email address. Nothing was erased.")
    chosen = _organization(url, key, organization)
    ensure_manifest()
    return erasure.erase_person(
        settings,
        url,
        key,
        organization_id=chosen,
        clear_topics=topics == "clear",
        say=click.echo,
    )


def _organization(url: str, key: str, given: str | None) -> str:
    with connect(url, role="pipeline") as connection:
        every, with_person = organizations_with_person(connection, key)
    if given is not None:
        if given not in every:
            raise click.ClickException(
                f"Organization {given!r} does not exist. Nothing was erased."
            )
        return given
    candidates = with_person or every
    if len(candidates) != 1:
        raise click.ClickException(
            f"{len(with_person) or 'No'} organizations have data about this person. "
            "Specify one with --organization. Nothing was erased."
        )
    return candidates[0]
