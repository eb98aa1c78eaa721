"""Reads a CSV file of WorkSights users, written by a spreadsheet or a person.

It accepts commas, semicolons or tabs; UTF-8 with or without a byte order mark, UTF-16 as Excel's
"Unicode text"; empty rows; line breaks within quotes. It rejects invalid values, naming their line
and column.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from unicodedata import name, normalize
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integration.directory.rights import ROLE_NAMES
from integration.directory.worksights_users import ImportedUser
from integration.identity.address import INVISIBLE
from integration.identity.cleaning import cleaned_email
from integration.zoom.texts import EMAIL_BYTES, ID_BYTES, NAME_BYTES

REQUIRED = ("email", "full_name", "role", "time_zone")
OPTIONAL = ("user_id", "manager_email", "created_at", "deactivated_at")
# The same as in the table's constraints (migrations/before/0016).
LONGEST_BYTES = {
    "user_id": ID_BYTES,
    "email": EMAIL_BYTES,
    "full_name": NAME_BYTES,
    "time_zone": ID_BYTES,
}
# The same for times (migrations/before/0029).
FIRST_YEAR, LAST_YEAR = 1970, 2100

_DELIMITERS = ",;\t"
_EXCELS_DELIMITER = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


def read_directory(content: bytes) -> list[ImportedUser]:
    """The users in a file; ValueError names the first invalid line and the reason."""
    users = [_user(line, row) for line, row in _rows(_text(content))]
    for column in ("email", "user_id"):
        seen: dict[str, int] = {}
        for user in users:
            value = (getattr(user, column) or f"none in line {user.line}").lower()
            first = seen.setdefault(value, user.line)
            if first != user.line:
                raise ValueError(
                    f"line {user.line}: duplicate {column}, first used on line {first}"
                )
    return users


def _text(content: bytes) -> str:
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(
            f'line {line}: the file is not UTF-8; save it as "CSV UTF-8" and import it again'
        ) from error


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, column -> value) of each row that is not empty."""
    skipped = 0
    delimiter = None
    if line_of_excel := _EXCELS_DELIMITER.match(text):
        delimiter, text, skipped = line_of_excel[1], text[line_of_excel.end() :], 1
    header = text.partition("\n")[0]
    delimiter = delimiter or max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] | None = None
    line = 1
    try:
        for row in reader:
            first, line = line + skipped, reader.line_num + 1
            if not any(value.strip() for value in row):
                continue
            if columns is None:
                columns = _columns(row, first)
                continue
            row = row[: len(columns)] if not any(row[len(columns) :]) else row
            if len(row) != len(columns):
                raise ValueError(
                    f"line {first}: the number of values does not match the number of columns"
                )
            yield first, dict(zip(columns, row, strict=True))
    except csv.Error as error:
        raise ValueError(f"line {line + skipped}: {error}") from error
    if columns is None:
        _columns([], 1)


def _columns(row: list[str], line: int) -> list[str]:
    """The column names: `Full name` becomes `full_name`, empty names at the end are dropped."""
    names = ["_".join(_clean(value).lower().split()) for value in row]
    while names and not names[-1]:
        names.pop()
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise ValueError(f"line {line}: missing columns: {', '.join(missing)}")
    unknown = [name for name in names if name not in (*REQUIRED, *OPTIONAL)]
    if unknown:
        raise ValueError(f"line {line}: unknown columns: {', '.join(map(repr, unknown))}")
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ValueError(f"line {line}: duplicate column {twice[0]}")
    return names


def _user(line: int, row: dict[str, str]) -> ImportedUser:
    nul = next((column for column, value in row.items() if "\0" in value), None)
    if nul:
        raise ValueError(f"line {line}: {nul} contains a NUL character")
    value = {column: _clean(text) for column, text in row.items()}
    empty = [column for column in REQUIRED if not value[column]]
    if empty:
        raise ValueError(f"line {line}: missing value for {', '.join(empty)}")
    email = cleaned_email(row["email"])
    if email is None:
        raise ValueError(f"line {line}: invalid email{_because(row['email'])}")
    value["email"] = email
    manager = cleaned_email(row["manager_email"]) if value.get("manager_email") else None
    if value.get("manager_email") and manager is None:
        raise ValueError(f"line {line}: invalid manager_email{_because(row['manager_email'])}")
    if manager == email:
        raise ValueError(f"line {line}: no one can be their own manager")
    for column, most in LONGEST_BYTES.items():
        if len(value.get(column, "").encode()) > most:
            raise ValueError(f"line {line}: {column} is longer than {most} bytes")
    role = value["role"].lower().replace(" ", "_")
    if role not in ROLE_NAMES:
        raise ValueError(f"line {line}: invalid role; use one of {', '.join(ROLE_NAMES)}")
    try:
        ZoneInfo(value["time_zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # "Europe" is a folder
        raise ValueError(
            f"line {line}: invalid time zone; use an IANA name such as Europe/Berlin"
        ) from error
    return ImportedUser(
        line=line,
        email=email,
        full_name=value["full_name"],
        role=role,
        time_zone=value["time_zone"],
        user_id=value.get("user_id") or None,
        manager_email=manager,
        says_manager="manager_email" in row,
        created_at=_time(line, "created_at", value),
        deactivated_at=_time(line, "deactivated_at", value),
        says_deactivated="deactivated_at" in row,
    )


def _clean(text: str) -> str:
    """Removes invisible characters and joins lines and words with single spaces."""
    return " ".join(normalize("NFC", INVISIBLE.sub("", text)).split())


def _because(email: str) -> str:
    """Names the first character that is not allowed in an address, if there is one."""
    email = email.strip()
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


def _time(line: int, column: str, value: dict[str, str]) -> datetime | None:
    if not value.get(column):
        return None
    try:
        read = datetime.fromisoformat(value[column])
        read = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f"line {line}: invalid {column}; use a time such as 2026-03-02T10:00:00Z"
        ) from error
    if not FIRST_YEAR <= read.year < LAST_YEAR:
        raise ValueError(
            f"line {line}: {column} must be in the years {FIRST_YEAR} to {LAST_YEAR - 1}"
        )
    return read
