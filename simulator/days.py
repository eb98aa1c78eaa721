"""`from` and `to` of a list, as Zoom reads them: dates in UTC, at most a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from starlette.datastructures import QueryParams

MOST_DAYS = 30


class DaysError(Exception):
    """A range that Zoom would refuse; the message is that of the response."""


@dataclass(frozen=True, slots=True)
class Days:
    first: date
    last: date


def days_of(query: QueryParams, *, now: float) -> Days:
    """The range that was asked for; without `from` and `to`, the last day."""
    today = datetime.fromtimestamp(now, UTC).date()
    last = _date(query, "to") or today
    first = _date(query, "from") or last - timedelta(days=1)
    if first > last:
        raise DaysError("The from date must not be later than the to date.")
    return Days(first, last)


def cut(days: Days) -> Days:
    """At most a month, as Zoom Phone cuts a longer range without an error."""
    return Days(max(days.first, days.last - timedelta(days=MOST_DAYS)), days.last)


def is_too_long(days: Days) -> bool:
    return days.last - days.first > timedelta(days=MOST_DAYS + 1)


def _date(query: QueryParams, name: str) -> date | None:
    try:
        return date.fromisoformat(query[name]) if query.get(name) else None
    except ValueError as error:
        raise DaysError(f"Invalid field: {name}.") from error
