"""`import-users`: WorkSights users from a file. All lines are read before one is stored."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from unicodedata import name
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from integration.erasure.arriving import erased_addresses
from integration.identity.cleaning import cleaned_email
from integration.settings import read_settings
from integration.store import directory
from integration.store.directory import DirectoryConflict, ImportedUser
from integration.store.postgres import database_url, transaction
from integration.store.writer import only_writer

REQUIRED = ("email", "full_name", "role", "time_zone")
OPTIONAL = ("user_id", "created_at", "deactivated_at")
ROLES = ("owner", "executive", "admin", "technical_admin", "manager", "member")


@click.command("import-users")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organization", required=True, help="The organization's id; made if it is new.")
@click.option("--organization-name", help="Its name.")
def import_users(file: Path, organization: str, organization_name: str | None) -> None:
    """Upsert WorkSights users from FILE
    (email,full_name,role,time_zone[,user_id,created_at,deactivated_at]).
    """
    try:
        users = read_directory(file)
    except ValueError as error:
        raise click.ClickException(f"{file.name}: {error}. Nothing was imported.") from error
    settings = read_settings()
    url = database_url(settings)
    with (
        only_writer(
            url, on_wait=lambda: click.echo("Waiting for the batch that is running…", err=True)
        ),
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


def read_directory(file: Path) -> list[ImportedUser]:
    """The lines of a directory file; ValueError names the first line that is wrong, and why."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            rows = csv.DictReader(opened, strict=True)
            _check_header(rows.fieldnames)
            users = [_read_line(rows.line_num, row) for row in rows]
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8 text") from error
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num + 1}: {error}") from error
    for column in ("email", "user_id"):
        seen: dict[str, int] = {}
        for user in users:
            value = (getattr(user, column) or f"none in line {user.line}").lower()
            first = seen.setdefault(value, user.line)
            if first != user.line:
                raise ValueError(f"line {user.line}: the same {column} as in line {first}")
    return users


def _check_header(names: list[str] | None) -> None:
    missing = [name for name in REQUIRED if name not in (names or [])]
    unknown = [name for name in names or [] if name not in (*REQUIRED, *OPTIONAL)]
    if missing:
        raise ValueError(f"line 1: the header lacks {', '.join(missing)}")
    if unknown:
        raise ValueError(f"line 1: unknown column {', '.join(map(repr, unknown))}")


def _read_line(line: int, row: dict[str | None, str | None]) -> ImportedUser:
    if None in row or None in row.values():
        raise ValueError(f"line {line}: not as many values as the header has columns")
    value = {name: (text or "").strip() for name, text in row.items()}
    if any("\x00" in text for text in value.values()):
        raise ValueError(f"line {line}: it holds a NUL character")
    empty = [name for name in REQUIRED if not value[name]]
    if empty:
        raise ValueError(f"line {line}: {', '.join(empty)} is empty")
    email = cleaned_email(value["email"])
    if email is None:
        raise ValueError(f"line {line}: the email is not an address{_because(value['email'])}")
    role = value["role"].lower().replace(" ", "_")
    if role not in ROLES:
        raise ValueError(f"line {line}: the role is not one of {', '.join(ROLES)}")
    try:
        ZoneInfo(value["time_zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # "Europe" is a folder
        raise ValueError(
            f"line {line}: the time zone is not an IANA name such as Europe/Berlin"
        ) from error
    return ImportedUser(
        line=line,
        email=email,
        full_name=value["full_name"],
        role=role,
        time_zone=value["time_zone"],
        user_id=value.get("user_id") or None,
        created_at=_time(line, "created_at", value),
        deactivated_at=_time(line, "deactivated_at", value),
    )


def _because(email: str) -> str:
    """The character that no address can have there, if it is one character."""
    at = email.find("@")
    strange = next(
        (
            (place, each)
            for place, each in enumerate(email, start=1)
            if each.isspace() or each in ",;:()<>[]\\" or (each == "@" and place - 1 > at)
        ),
        None,
    )
    if strange is None:
        return ""
    place, each = strange
    return f": character {place} is U+{ord(each):04X} ({name(each, 'a control character')})"


def _time(line: int, name: str, value: dict[str | None, str]) -> datetime | None:
    if not value.get(name):
        return None
    try:
        read = datetime.fromisoformat(value[name])
    except ValueError as error:
        raise ValueError(
            f"line {line}: {name} is not a time such as 2026-03-02T10:00:00Z"
        ) from error
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
