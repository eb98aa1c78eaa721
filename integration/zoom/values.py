"""Zoom's values as they come: numbers for texts, texts for numbers, nulls, empty strings. Read
leniently, kept strictly, and within the space that later statements have for them.
"""

from datetime import UTC, datetime, timedelta

# A clock that runs ahead by more than this belongs to no real session; the contract calls such a
# time unreadable.
LATEST_AFTER_ARRIVAL = timedelta(days=1)
# Zoom's first year: what is older is a default of some program, such as 1970 or year 1.
EARLIEST = datetime(2011, 1, 1, tzinfo=UTC)

# What a text may have in UTF-8, by its role. An index row has room for 2,704 bytes, and some of
# ours hold five texts: one that did not fit would stop every batch. Zoom's ids have at most 40
# bytes, its topics 200 characters, its names 64.
ID_BYTES = 128
EMAIL_BYTES = 320
NAME_BYTES = 400
TOPIC_BYTES = 1000


class UnreadableTime(ValueError):
    """There is a value, and it is no time."""


def text(value: object, *, longest: int | None = None) -> str | None:
    """The value as text that Postgres can hold, without surrounding white space; None when there is
    nothing, or more than `longest` bytes: cutting would make one of two different texts.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    cleaned = str(value).replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()
    if longest is not None and is_longer(cleaned, longest):
        return None
    return cleaned or None


def is_longer(value: str, longest: int) -> bool:
    """Whether a text has more than `longest` bytes in UTF-8."""
    return len(value) > longest or len(value.encode()) > longest


def cut(value: str, longest: int) -> str:
    """At most the first `longest` bytes in UTF-8, ending with a whole character."""
    return value.encode()[:longest].decode("utf-8", "ignore").strip()


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
    if read is None or not EARLIEST <= read <= received_at + LATEST_AFTER_ARRIVAL:
        raise UnreadableTime
    return read
