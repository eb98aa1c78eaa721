"""`erase`: permanently erases a person, a Zoom account or an organization, and prints the
certificate.
"""

from datetime import UTC, datetime

import click

from integration.commands.operator import operator
from integration.commands.whom import NobodyKnown, options_of_a_person, whom
from integration.database.postgres import connect, database_url
from integration.pipeline import erasure
from integration.pipeline.dbt.project import ensure_manifest
from integration.pipeline.derive import DerivationFailed
from integration.privacy.certificates import Asked, certificate_of, lines_of
from integration.privacy.organization import accounts_of, is_known, organization_name
from integration.privacy.refusals import Refused
from integration.privacy.tombstone_keys import require_keys_of_digests
from integration.quantities import quantity
from integration.settings import Settings, read_settings


@click.command()
@options_of_a_person
@click.option(
    "--organization",
    help="Organization ID. With a person: required unless exactly one organization has data about "
    "them. Alone: erase the whole organization.",
)
@click.option("--zoom-account", help="Erase all data of this Zoom account and end its connection.")
@click.option("--certificate", type=int, help="Print the certificate of this erasure again.")
@click.option(
    "--topics",
    type=click.Choice(["list", "clear"]),
    default="list",
    show_default=True,
    help="What to do with topics that mention the person.",
)
@click.option("--yes", is_flag=True, help="Erase an organization without asking for its ID again.")
def erase(
    email: str | None,
    phone: str | None,
    participant: str | None,
    organization: str | None,
    zoom_account: str | None,
    certificate: int | None,
    topics: str,
    yes: bool,
) -> None:
    """Permanently erase a person, a Zoom account or an organization.

    Then verify that nothing is left, and print a certificate.
    """
    settings = read_settings()
    given = (email, phone, participant, zoom_account, certificate)
    if all(each is None for each in given) and organization is not None:
        _erase_organization(settings, organization, is_confirmed=yes)
        return
    if sum(each is not None for each in given) != 1:
        raise click.UsageError(
            "Specify exactly one of --email, --phone, --participant, --zoom-account and "
            "--certificate, or --organization alone."
        )
    if certificate is not None:
        _print_certificate(database_url(settings, "pipeline"), certificate)
        return
    settings.backup_days  # noqa: B018  (raises if it is not a number)
    try:
        if zoom_account is not None:
            ensure_manifest()
            is_done = erasure.erase_account(
                settings,
                database_url(settings, "pipeline"),
                zoom_account,
                asked_by=operator(),
                say=click.echo,
            )
        else:
            is_done = _erase_person(settings, email, phone, participant, organization, topics)
    except (Refused, DerivationFailed) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if not is_done:
        raise click.ClickException("The erasure is incomplete. See above for what is left.")


def _erase_organization(settings: Settings, organization: str, *, is_confirmed: bool) -> None:
    from integration.pipeline.erasure_of_organization import erase_organization

    settings.require_zoom_app()  # to revoke its grants
    settings.backup_days  # noqa: B018  (raises if it is not a number)
    url = database_url(settings)
    with connect(url) as connection:
        name = organization_name(connection, organization)
        accounts = accounts_of(connection, organization)
        found = is_known(connection, organization, accounts)
    if not found:
        raise click.ClickException(
            f"Organization {organization!r} does not exist. Nothing was erased."
        )
    click.echo(
        f"This erases all data of {name or organization}: its users, settings, sessions and "
        f"{quantity(len(accounts), 'Zoom account')}. This cannot be undone."
    )
    if not is_confirmed and click.prompt("Type the organization's ID") != organization:
        raise click.ClickException("This is not the organization's ID. Nothing was erased.")
    asked = Asked(operator(), datetime.now(UTC))
    if not erase_organization(settings, url, organization, asked=asked, say=click.echo):
        raise click.ClickException("The erasure is incomplete. Run the same command again.")


def _print_certificate(url: str, erasure_id: int) -> None:
    with connect(url, role="pipeline") as connection:
        certificate = certificate_of(connection, erasure_id)
    if certificate is None:
        raise click.ClickException(f"There is no certificate {erasure_id}.")
    for line in lines_of(certificate):
        click.echo(line)


def _erase_person(
    settings: Settings,
    email: str | None,
    phone: str | None,
    participant: str | None,
    organization: str | None,
    topics: str,
) -> bool:
    # Accounts and links of people are not the pipeline's: only the owner may delete them.
    keys, url = settings.tombstone_keys, database_url(settings)
    with connect(url, role="pipeline") as connection:
        require_keys_of_digests(connection, keys)
        try:
            subject, chosen = whom(
                connection,
                email=email,
                phone=phone,
                participant=participant,
                organization=organization,
                keys=keys,
            )
        except NobodyKnown as error:
            raise click.ClickException(
                f"{error} Nothing was erased. To keep their data from being stored later, name the "
                "organization with --organization."
            ) from error
        except click.ClickException as error:
            raise click.ClickException(f"{error} Nothing was erased.") from error
    if participant is not None and subject.values("person_key"):
        click.echo(
            "This participant has an email, so the person with that email is erased, as with "
            "--email."
        )
    ensure_manifest()
    return erasure.erase_person(
        settings,
        url,
        subject,
        organization_id=chosen,
        clear_topics=topics == "clear",
        asked_by=operator(),
        say=click.echo,
    )
