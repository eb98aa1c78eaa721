"""Which times a batch may take for now.

A batch as of a later time is in force until that time has come: no user is imported, and sessions
without an end are taken for ended.
"""

from datetime import datetime, timedelta

FARTHEST_AHEAD = timedelta(minutes=5)  # clocks of two machines differ by less


def is_ahead(time: datetime, *, clock: datetime) -> bool:
    """Whether the time has not come yet."""
    return time > clock + FARTHEST_AHEAD
