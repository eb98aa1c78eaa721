"""An event's own time: when what it reports happened."""

from datetime import datetime

from integration.zoom.envelope import Envelope
from integration.zoom.values import time, time_of_milliseconds


def own_time(envelope: Envelope, value: object, received_at: datetime) -> datetime | None:
    """A join, leave or end time; `event_ts`, cut to the second, stands in when it is absent, never
    when it is unreadable.
    """
    own = time(value, received_at=received_at)
    if own is None:
        own = time_of_milliseconds(envelope.event_ts, received_at=received_at)
        own = own and own.replace(microsecond=0)
    return own
