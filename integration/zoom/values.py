"""Zoom's values as they come: numbers for texts, texts for numbers, nulls, empty strings. Read
leniently, kept strictly.
"""

from datetime import UTC, datetime, timedelta

# A clock that runs ahead by more than this belongs to no real session; the contract calls such a
# time unreadable.
LATEST_AFTER_ARRIVAL = timedelta(days=1)
# Zoom's topics end at 200 characters and its names at 64. A text without an end would not fit into
# an index row (2,704 bytes), and one such delivery would stop every batch.
LONGEST_TEXT = 512


class UnreadableTime(ValueError):
    """There is a value, and it is no time."""


def text(value: object) -> str | None:
    """The value as text that Postgres can hold, without surrounding white space, at most
    LONGEST_TEXT characters; None when there is nothing.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    cleaned = str(value).replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()
    return cleaned[:LONGEST_TEXT].strip() or None


def time(value: object, *, received_at: datetime) -> datetime | None:
    """An ISO 8601 time with a zone, in UTC. None when absent or empty; UnreadableTime when it is
    anything else.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        read = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        read = read.astimezone(UTC) if read and read.tzinfo else None
    except (ValueError, OverflowError) as error:
        raise UnreadableTime from error
    return _plausible(read, received_at=received_at)


def time_of_milliseconds(value: object, *, received_at: datetime) -> datetime | None:
    """`event_ts`: milliseconds since 1970, as a number or as digits."""
    digits = text(value)
    if digits is None:
        return None
    try:
        read = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(digits))
    except (ValueError, OverflowError) as error:
        raise UnreadableTime from error
    return _plausible(read, received_at=received_at)


def _plausible(read: datetime | None, *, received_at: datetime) -> datetime:
    if read is None or read > received_at + LATEST_AFTER_ARRIVAL:
        raise UnreadableTime
    return read
