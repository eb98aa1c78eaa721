"""`export`: everything that is held about a person, as JSON."""

import json

import click

from integration.commands.operator import operator
from integration.database.postgres import database_url, transaction
from integration.identity.address import person_key
from integration.privacy.access_log import Act, record_access
from integration.privacy.export import export_of
from integration.privacy.people import organizations_with_person
from integration.settings import read_settings

NOTHING = "Nothing is held about this person."


@click.command()
@click.option("--email", required=True, help="Email of the person, in any spelling.")
@click.option(
    "--organization", help="Organization ID, if several organizations have data about the person."
)
def export(email: str, organization: str | None) -> None:
    """Print all that is held about a person, as JSON.

    Other people appear only as their role or company. The person sees on their account page that
    their data was exported.
    """
    key = person_key(email)
    if key is None:
        raise click.ClickException("This is not an email address.")
    # As the owner of the tables, because no role may read all of them.
    with transaction(database_url(read_settings())) as connection:
        every, with_person = organizations_with_person(connection, key)
        chosen = _organization(every, with_person, organization)
        found = export_of(connection, chosen, key)
        if not found.tables:
            raise click.ClickException(NOTHING)
        record_access(
            connection,
            organization_id=chosen,
            actor=operator(),
            act=Act.EXPORT,
            users=found.person.user_ids,
            persons=[] if found.person.user_ids else [found.person.person_id],
        )
    click.echo(json.dumps(found.document, indent=2, ensure_ascii=False))


def _organization(every: list[str], with_person: list[str], given: str | None) -> str:
    if given is not None:
        if given not in every:
            raise click.ClickException(f"Organization {given!r} does not exist.")
        return given
    if len(with_person) > 1:
        raise click.ClickException(
            "Several organizations have data about this person. Add --organization with one of: "
            f"{', '.join(with_person)}."
        )
    if not with_person:
        raise click.ClickException(NOTHING)
    return with_person[0]
