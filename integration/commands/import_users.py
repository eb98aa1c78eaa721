"""`import-users`: WorkSights users from a file. All lines are read before one is stored."""

from functools import partial
from pathlib import Path

import click

from integration.database.postgres import database_url, transaction
from integration.directory import worksights_users as directory
from integration.directory.file import read_directory
from integration.directory.worksights_users import DirectoryConflict
from integration.pipeline.writer import only_writer
from integration.privacy.arriving import erased_addresses
from integration.settings import read_settings
from integration.zoom.texts import ID_BYTES, NAME_BYTES


@click.command("import-users")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organization", required=True, help="The organization's id; made if it is new.")
@click.option("--organization-name", help="Its name.")
def import_users(file: Path, organization: str, organization_name: str | None) -> None:
    """Upsert WorkSights users from FILE
    (email,full_name,role,time_zone[,user_id,created_at,deactivated_at]).
    """
    for option, text, most in (
        ("--organization", organization, ID_BYTES),
        ("--organization-name", organization_name or "", NAME_BYTES),
    ):
        if "\0" in text or len(text.encode(errors="replace")) > most:
            raise click.ClickException(f"{option} has more than {most} bytes, or is no text.")
    try:
        users = read_directory(file.read_bytes())
    except ValueError as error:
        raise click.ClickException(f"{file.name}: {error}. Nothing was imported.") from error
    settings = read_settings()
    url = database_url(settings)
    with (
        only_writer(url, say=partial(click.echo, err=True)),
        transaction(url) as connection,
    ):
        erased = erased_addresses(
            connection,
            organization,
            [user.email for user in users],
            key=lambda: settings.tombstone_key,
        )
        users = [user for user in users if user.email not in erased]
        is_new = directory.ensure_organization(
            connection, organization_id=organization, name=organization_name
        )
        try:
            new, known = directory.upsert_users(
                connection, organization_id=organization, users=users
            )
        except DirectoryConflict as error:
            raise click.ClickException(f"{file.name}, {error}. Nothing was imported.") from error
    made = " (a new organization)" if is_new else ""
    click.echo(f"{organization}{made}: {new} new users, {known} known ones brought up to date.")
    if erased:
        click.echo(f"{len(erased)} were left out: they have been erased.")
