"""Lengths of time in words, for the output of commands."""

from datetime import datetime, timedelta


def ago(then: datetime | None, now: datetime) -> str:
    return f"{span(now - then)} ago" if then else "never"


def span(length: timedelta | None) -> str:
    seconds = max(int((length or timedelta()).total_seconds()), 0)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
