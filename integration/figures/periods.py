"""Weeks and months of calendar days, and which of their days can be compared with earlier ones."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

YEARS = range(2000, 2100)
DAY = timedelta(days=1)
WEEK = 7 * DAY


class Unit(StrEnum):
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Days:
    """Calendar days in a row, from `first` to `last`."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def dates(self) -> list[date]:
        return [self.first + number * DAY for number in range((self.last - self.first).days + 1)]

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From the start of the first day to the end of the last one in this zone, in UTC."""
        start, end = (
            datetime.combine(day, time(), zone).astimezone(UTC)
            for day in (self.first, self.last + DAY)
        )
        return start, end


@dataclass(frozen=True)
class Period(Days):
    """A week from Monday to Sunday, or a calendar month."""

    unit: Unit

    @property
    def value(self) -> str:
        """As in a query: 2026-W48 or 2026-11."""
        if self.unit is Unit.MONTH:
            return f"{self.first:%Y-%m}"
        year, week, _ = self.first.isocalendar()
        return f"{year:04}-W{week:02}"

    @property
    def days(self) -> Days:
        return Days(self.first, self.last)

    @property
    def previous(self) -> "Period":
        return period_of(self.first - DAY, self.unit)

    @property
    def next(self) -> "Period":
        return period_of(self.last + DAY, self.unit)

    @property
    def weeks(self) -> list[Days]:
        """The period's days by week; the first and the last week of a month may be short."""
        starts = [day for day in self.dates if day == self.first or day.weekday() == 0]
        ends = [start - DAY for start in starts[1:]] + [self.last]
        return [Days(start, end) for start, end in zip(starts, ends, strict=True)]

    def before(self, day: date) -> Days | None:
        """Its days before this one; None if there are none."""
        last = min(self.last, day - DAY)
        return None if last < self.first else Days(self.first, last)

    def same_days_before(self, days: Days) -> Days:
        """The days of the previous period that the first days of this one are compared with: the
        same weekdays, or the same days of the month. Whole months are compared with whole ones.
        """
        earlier = self.previous
        if self.unit is Unit.MONTH and days.last == self.last:
            return earlier.days
        return Days(earlier.first, min(earlier.last, earlier.first + (days.last - days.first)))


def period_of(day: date, unit: Unit) -> Period:
    """The week or month that contains the day."""
    if unit is Unit.WEEK:
        monday = day - day.weekday() * DAY
        return Period(monday, monday + WEEK - DAY, unit)
    first = day.replace(day=1)
    return Period(first, (first + 31 * DAY).replace(day=1) - DAY, unit)


def period_named(value: str) -> Period | None:
    """The period with this value; None if there is none, or it is too far from now."""
    found = re.fullmatch(r"([0-9]{4})-(W?)([0-9]{2})", value)
    if found is None or int(found[1]) not in YEARS:
        return None
    year, number = int(found[1]), int(found[3])
    try:
        if found[2]:
            return period_of(date.fromisocalendar(year, number, 1), Unit.WEEK)
        return period_of(date(year, number, 1), Unit.MONTH)
    except ValueError:
        return None
