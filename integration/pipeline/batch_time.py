"""Limits the times that a batch may run as of.

A batch as of a future time has effects until that time: no user is imported, and sessions without
an end count as ended.
"""

from datetime import datetime, timedelta

FARTHEST_AHEAD = timedelta(minutes=5)  # clocks of two machines differ by less


def is_ahead(time: datetime, *, clock: datetime) -> bool:
    """Whether the time is in the future."""
    return time > clock + FARTHEST_AHEAD
