"""Lengths of time in words, for the output of commands."""

from datetime import datetime, timedelta

from integration.pipeline.batch_time import is_ahead


def ago(then: datetime | None, now: datetime) -> str:
    """A time in the future is from a clock that was ahead. It is not recent."""
    if then is None:
        return "never"
    if is_ahead(then, clock=now):
        return f"{span(then - now)} in the future"
    return f"{span(now - then)} ago"


def span(length: timedelta | None) -> str:
    seconds = max(int((length or timedelta()).total_seconds()), 0)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
