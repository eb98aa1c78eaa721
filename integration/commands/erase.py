"""`erase`: permanently erases a person or a Zoom account, and prints the certificate."""

import click

from integration.commands.operator import operator
from integration.database.postgres import connect, database_url
from integration.identity.address import person_key
from integration.pipeline import erasure
from integration.pipeline.dbt.project import ensure_manifest
from integration.pipeline.derive import DerivationFailed
from integration.privacy.certificates import certificate_of, lines_of
from integration.privacy.participants import find_participant, subject_of
from integration.privacy.people import organizations_with_person
from integration.privacy.refusals import Refused
from integration.privacy.subjects import Subject, with_address, with_number
from integration.privacy.texts import digits_of
from integration.settings import Settings, read_settings


@click.command()
@click.option("--email", help="Email of the person, in any spelling.")
@click.option("--phone", help="Phone number of a person who is known only by it.")
@click.option("--participant", help="participant_id of a participant of one session.")
@click.option(
    "--organization",
    help="Organization ID. Required unless exactly one organization has data about the person.",
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
def erase(
    email: str | None,
    phone: str | None,
    participant: str | None,
    organization: str | None,
    zoom_account: str | None,
    certificate: int | None,
    topics: str,
) -> None:
    """Permanently erase a person or a Zoom account.

    Then verify that nothing is left, and print a certificate.
    """
    settings = read_settings()
    given = (email, phone, participant, zoom_account, certificate)
    if sum(each is not None for each in given) != 1:
        raise click.UsageError(
            "Specify exactly one of --email, --phone, --participant, --zoom-account and "
            "--certificate."
        )
    if certificate is not None:
        _print_certificate(database_url(settings), certificate)
        return
    settings.backup_days  # noqa: B018  (raises if it is not a number)
    try:
        if zoom_account is not None:
            ensure_manifest()
            is_done = erasure.erase_account(
                settings,
                database_url(settings),
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


def _print_certificate(url: str, erasure_id: int) -> None:
    with connect(url, role="pipeline") as connection:
        certificate = certificate_of(connection, erasure_id)
    if certificate is None:
        raise click.ClickException(f"No erasure has the certificate {erasure_id}.")
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
    key = settings.tombstone_key
    url = database_url(settings)
    if participant is not None:
        subject, organization = _participant(url, participant, organization)
    elif phone is not None:
        subject = _caller(phone)
    else:
        subject = _person(email or "")
    chosen = _organization(url, subject, organization, key)
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


def _person(email: str) -> Subject:
    key = person_key(email)
    if key is None:
        raise click.ClickException("This is not an email address. Nothing was erased.")
    return with_address(key)


def _caller(phone: str) -> Subject:
    digits = digits_of(phone)
    if digits is None:
        raise click.ClickException(
            "This is not a phone number of at least 7 digits. Nothing was erased."
        )
    return with_number(digits)


def _participant(url: str, participant_id: str, given: str | None) -> tuple[Subject, str]:
    """Whom to erase, and in which organization."""
    with connect(url, role="pipeline") as connection:
        found = find_participant(connection, participant_id)
        if found is None or given not in (None, found.organization_id):
            where = f"in organization {given!r}" if given else "in any session"
            raise click.ClickException(
                f"There is no participant {participant_id!r} {where}. Nothing was erased."
            )
        subject = subject_of(connection, found)
    if subject.values("person_key"):
        click.echo("This participant has an email, so that person is erased, as with --email.")
    return subject, found.organization_id


def _organization(url: str, subject: Subject, given: str | None, key: str) -> str:
    with connect(url, role="pipeline") as connection:
        every, with_person = organizations_with_person(connection, subject, key=key)
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
