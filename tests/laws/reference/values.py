"""Texts, emails and times as Zoom writes them (5.2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.laws.reference.emails import address


def text(value: Any) -> str | None:
    """Numbers count as texts; an empty text, null and everything else is nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None


def email(value: Any) -> str | None:
    """Cleaned; what is then no address is nothing."""
    return address(text(value))


def in_lower_ascii(value: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in value)


def time(value: Any, *, received_at: datetime) -> datetime | None:
    """ISO 8601 with a zone, at most a day later than its arrival; else None."""
    try:
        read = datetime.fromisoformat(text(value) or "")
    except ValueError:
        return None
    if read.tzinfo is None:
        return None
    return _not_of_the_future(read.astimezone(UTC), received_at)


def event_time(value: Any, *, received_at: datetime) -> datetime | None:
    """`event_ts`, milliseconds since 1970."""
    try:
        milliseconds = int(text(value) or "")
    except ValueError:
        return None
    read = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return _not_of_the_future(read, received_at)


def cut_to_the_second(at: datetime | None) -> datetime | None:
    return at and at.replace(microsecond=0)


def _not_of_the_future(at: datetime, received_at: datetime) -> datetime | None:
    return at if at <= received_at + timedelta(days=1) else None


def record(value: Any) -> dict[str, Any]:
    """A JSON object, or an empty one for everything else."""
    return value if isinstance(value, dict) else {}
