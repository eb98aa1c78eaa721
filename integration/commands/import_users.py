"""`import-users`: imports WorkSights users from a file, after checking all its lines."""

import sys
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from integration.commands.operator import operator
from integration.database.audit_trail import record_change, set_author
from integration.database.postgres import database_url, transaction
from integration.directory import worksights_users as directory
from integration.directory.file import read_directory
from integration.directory.worksights_users import DirectoryConflict, ImportedUser
from integration.pipeline.writer import only_writer
from integration.privacy.applied_tombstones import erased_addresses
from integration.quantities import quantity
from integration.settings import read_settings
from integration.zoom.texts import ID_BYTES, NAME_BYTES


@click.command("import-users")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--organization", required=True, help="Organization ID. Created if it does not exist."
)
@click.option("--organization-name", help="Name of the organization.")
def import_users(file: str, organization: str, organization_name: str | None) -> None:
    """Create or update WorkSights users from a CSV file, or from standard input if FILE is -.

    Columns: email, full_name, role, time_zone. Optional: user_id, manager_email, created_at,
    deactivated_at. Columns missing from the file are left unchanged.
    """
    for option, text, most in (
        ("--organization", organization, ID_BYTES),
        ("--organization-name", organization_name or "", NAME_BYTES),
    ):
        if "\0" in text or len(text.encode(errors="replace")) > most:
            raise click.ClickException(f"{option} must be text of at most {most} bytes.")
    if organization in directory.RESERVED_IDS:
        raise click.ClickException("--organization cannot be empty, - or *. Choose another ID.")
    content = _content_of(file)
    name = "standard input" if file == "-" else Path(file).name
    try:
        users = read_directory(content)
    except ValueError as error:
        raise click.ClickException(f"{name}: {error}. Nothing was imported.") from error
    settings = read_settings()
    url = database_url(settings)
    with (
        only_writer(url, say=partial(click.echo, err=True)),
        transaction(url) as connection,
    ):
        erased = erased_addresses(
            connection,
            organization,
            [email for user in users for email in (user.email, user.manager_email) if email],
            keys=lambda: settings.tombstone_keys,
        )
        skipped = [user for user in users if user.email in erased]
        users = [_without_erased_manager(user, erased) for user in users if user not in skipped]
        is_new = directory.ensure_organization(
            connection, organization_id=organization, name=organization_name
        )
        set_author(connection, operator())
        try:
            new, known = directory.upsert_users(
                connection, organization_id=organization, users=users
            )
        except DirectoryConflict as error:
            raise click.ClickException(f"{name}, {error}. Nothing was imported.") from error
        record_change(
            connection,
            organization_id=organization,
            user_id=operator(),
            kind="users_imported",
            subject="",
            details={"added": new, "updated": known},
        )
    created = " (created)" if is_new else ""
    click.echo(f"{organization}{created}: {quantity(new, 'user')} added, {known:,} updated.")
    if skipped:
        click.echo(f"{len(skipped)} skipped because they were erased.")


def _content_of(file: str) -> bytes:
    if file == "-" and sys.stdin is None:
        raise click.ClickException("Standard input is closed. Name a file, or add: < FILE.csv")
    # The user of the processes may not open /dev/stdin, but may read what a shell has opened.
    with click.open_file(file, "rb") as opened:
        content: bytes = opened.read()
    return content


def _without_erased_manager(user: ImportedUser, erased: Collection[str]) -> ImportedUser:
    return replace(user, manager_email=None) if user.manager_email in erased else user
