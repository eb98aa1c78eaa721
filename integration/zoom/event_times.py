"""Zoom's times, and which of them is an event's own: when what it reports happened."""

from datetime import UTC, datetime, timedelta

from integration.zoom.envelope import Envelope
from integration.zoom.texts import text

# A clock that runs ahead by more than this belongs to no real session; the contract calls such a
# time unreadable.
LATEST_AFTER_ARRIVAL = timedelta(days=1)
# Zoom's first year: what is older is a default of some program, such as 1970 or year 1.
EARLIEST = datetime(2011, 1, 1, tzinfo=UTC)


class UnreadableTime(ValueError):
    """There is a value, and it is no time."""


def own_time(envelope: Envelope, value: object, received_at: datetime) -> datetime | None:
    """A join, leave or end time; `event_ts`, cut to the second, stands in when it is absent, never
    when it is unreadable.
    """
    own = time(value, received_at=received_at)
    if own is None:
        own = time_of_milliseconds(envelope.event_ts, received_at=received_at)
        own = own and own.replace(microsecond=0)
    return own


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
