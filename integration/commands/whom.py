"""Whom a command is about: one person, by email, number or participant, in one organization."""

from collections.abc import Callable

import click
import psycopg

from integration.identity.address import person_key
from integration.privacy.participants import find_participant, subject_of
from integration.privacy.people import organizations_with_person
from integration.privacy.subjects import Subject, with_address, with_number
from integration.privacy.texts import digits_of


def options_of_a_person(command: Callable[..., None]) -> Callable[..., None]:
    """The three ways to name a person."""
    for option in (
        click.option("--participant", help="The participant_id of a participant of one session."),
        click.option("--phone", help="Phone number of a person who is known only by it."),
        click.option("--email", help="Email of the person, in any spelling."),
    ):
        command = option(command)
    return command


class NobodyKnown(click.ClickException):
    """No organization has data about the person."""


def whom(
    connection: psycopg.Connection,
    *,
    email: str | None,
    phone: str | None,
    participant: str | None,
    organization: str | None,
    keys: tuple[str, ...],
) -> tuple[Subject, str]:
    """The person and the organization. Exactly one of email, phone and participant is given; `keys`
    are those of the tombstones. Raises ClickException for what does not exist, NobodyKnown if there
    are several organizations and none has data about the person.
    """
    if participant is not None:
        found = find_participant(connection, participant)
        if found is None or organization not in (None, found.organization_id):
            where = f"organization {organization!r}" if organization else "any session"
            raise click.ClickException(f"There is no participant {participant!r} in {where}.")
        return subject_of(connection, found), found.organization_id
    subject = _caller(phone) if phone is not None else _person(email or "")
    return subject, _organization(connection, subject, organization, keys)


def _caller(phone: str) -> Subject:
    digits = digits_of(phone)
    if digits is None:
        raise click.ClickException("This is not a phone number of at least 7 digits.")
    return with_number(digits)


def _person(email: str) -> Subject:
    key = person_key(email)
    if key is None:
        raise click.ClickException("This is not an email address.")
    return with_address(key)


def _organization(
    connection: psycopg.Connection, subject: Subject, given: str | None, keys: tuple[str, ...]
) -> str:
    every, with_person = organizations_with_person(connection, subject, keys=keys)
    if given is not None:
        if given not in every:
            raise click.ClickException(f"Organization {given!r} does not exist.")
        return given
    candidates = with_person or every
    if len(candidates) == 1:
        return candidates[0]
    if not with_person:
        raise NobodyKnown("No organization has data about this person.")
    raise click.ClickException(
        "Several organizations have data about this person. Specify one with --organization: "
        f"{', '.join(with_person)}."
    )
