"""`export`: all data about a person, as JSON."""

import json
import secrets

import click

from integration.commands.operator import operator
from integration.commands.whom import options_of_a_person, whom
from integration.database.audit_trail import record_change
from integration.database.postgres import database_url, transaction
from integration.privacy.access_log import Act, record_access
from integration.privacy.digests import Digests
from integration.privacy.export import export_of
from integration.privacy.sides import sides_with_number
from integration.privacy.tombstone_keys import require_keys_of_digests
from integration.settings import read_settings

NOTHING = "No data is held about this person."


@click.command()
@options_of_a_person
@click.option(
    "--organization", help="Organization ID, if several organizations have data about the person."
)
def export(
    email: str | None, phone: str | None, participant: str | None, organization: str | None
) -> None:
    """Print all data about a person, as JSON.

    Other people appear only as their role or company. A WorkSights user sees the export on their
    account page.
    """
    settings = read_settings()
    if sum(each is not None for each in (email, phone, participant)) != 1:
        raise click.UsageError("Specify exactly one of --email, --phone and --participant.")
    # Only numbers that are not kept in full are found by the key of the tombstones. Otherwise the
    # digests are of this export alone.
    keys = settings.tombstone_keys if phone is not None else (secrets.token_hex(),)
    # As the owner of the tables, because no role may read all of them.
    with transaction(database_url(settings)) as connection:
        if phone is not None:
            require_keys_of_digests(connection, keys)
        subject, chosen = whom(
            connection,
            email=email,
            phone=phone,
            participant=participant,
            organization=organization,
            keys=keys,
        )
        digests = Digests(keys, chosen)
        for number in subject.values("phone_number"):
            if any(side.is_identified for side in sides_with_number(connection, digests, number)):
                raise click.ClickException(
                    "This phone number was seen with an email or a Zoom user. Export the data of "
                    "that person with --email."
                )
        found = export_of(connection, digests, subject)
        if not found.tables:
            raise click.ClickException(NOTHING)
        person = found.person
        persons = [] if person.user_ids or not person.person_id else [person.person_id]
        record_access(
            connection,
            organization_id=chosen,
            actor=operator(),
            act=Act.EXPORT,
            users=person.user_ids,
            persons=persons,
        )
        record_change(
            connection,
            organization_id=chosen,
            user_id=operator(),
            kind="data_exported",
            subject=next(iter([*sorted(person.user_ids), *persons]), "a caller or participant"),
        )
    click.echo(json.dumps(found.document, indent=2, ensure_ascii=False))
