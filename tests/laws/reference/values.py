"""Texts, emails and times as Zoom writes them (5.2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.laws.reference.emails import address

ZOOMS_FIRST_YEAR = 2011


def text(value: Any) -> str | None:
    """Numbers are read as texts. An empty text, null and everything else is None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None


def identifier(value: Any) -> str | None:
    """None if it has more than 128 bytes. For ids of a subject, see `make_event`."""
    return _at_most(128, text(value))


def email(value: Any) -> str | None:
    """Cleaned; None if that is not an address."""
    return _at_most(320, address(text(value)))


def in_lower_ascii(value: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in value)


def name(value: Any) -> str | None:
    return _at_most(400, text(value))


def topic(value: Any) -> str | None:
    """The first 1,000 bytes, without a partial character."""
    said = text(value)
    while said and len(said.encode()) > 1000:
        said = said[:-1]
    return said


def _at_most(byte_count: int, said: str | None) -> str | None:
    return None if said and len(said.encode()) > byte_count else said


def time(value: Any, *, received_at: datetime) -> datetime | None:
    """ISO 8601 with a zone, from Zoom's first year to a day after its arrival; else None."""
    try:
        read = datetime.fromisoformat(text(value) or "")
    except ValueError:
        return None
    if read.tzinfo is None or not 1 < read.year < 9999:
        return None
    return _possible(read.astimezone(UTC), received_at)


def event_time(value: Any, *, received_at: datetime) -> datetime | None:
    """`event_ts`, milliseconds since 1970."""
    try:
        milliseconds = int(text(value) or "")
    except ValueError:
        return None
    read = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return _possible(read, received_at)


def cut_to_the_second(at: datetime | None) -> datetime | None:
    return at and at.replace(microsecond=0)


def _possible(at: datetime, received_at: datetime) -> datetime | None:
    is_possible = at.year >= ZOOMS_FIRST_YEAR and at <= received_at + timedelta(days=1)
    return at if is_possible else None


def record(value: Any) -> dict[str, Any]:
    """A JSON object, or an empty one for everything else."""
    return value if isinstance(value, dict) else {}
