"""Parses Zoom's times, and chooses an event's own time: when the reported fact happened."""

from datetime import UTC, datetime, timedelta

from integration.zoom.envelope import Envelope
from integration.zoom.texts import text

# No real session has a time further ahead of its arrival. By the contract, such a time is
# unreadable.
LATEST_AFTER_ARRIVAL = timedelta(days=1)
# Zoom's first year. Older times are defaults of some program, such as 1970 or year 1.
EARLIEST = datetime(2011, 1, 1, tzinfo=UTC)


class UnreadableTime(ValueError):
    """The field has a value that is not a time."""


def own_time(envelope: Envelope, value: object, received_at: datetime) -> datetime | None:
    """A join, leave or end time. If it is absent, `event_ts` to the second is used instead; if it
    is unreadable, UnreadableTime is raised.
    """
    own = time(value, received_at=received_at)
    if own is None:
        own = time_of_milliseconds(envelope.event_ts, received_at=received_at)
        own = own and own.replace(microsecond=0)
    return own


def time(value: object, *, received_at: datetime) -> datetime | None:
    """Parses an ISO 8601 time with a zone; returns UTC. None when absent or empty; UnreadableTime
    for any other value.
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
    """Parses `event_ts`: milliseconds since 1970, a number or a text of digits."""
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
