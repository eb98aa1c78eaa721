"""The hours that a picture shows, and where a moment is in it, in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from integration.web.page.time_zone import Day
from integration.web.timeline.entries import Entry

HOUR_HEIGHT = 56
WORKING_DAY = (time(8), time(18))  # is always shown
AROUND = timedelta(hours=1)  # is shown before the first entry and after the last one


@dataclass(frozen=True)
class DayScale:
    """Part of a day, by the time that passes: an hour that the clock skips has no height, and one
    that it repeats has twice that of others.
    """

    day: Day
    starts_at: datetime
    ends_at: datetime

    @property
    def height(self) -> int:
        return self.position(self.ends_at)

    @property
    def hours(self) -> list[tuple[int, datetime]]:
        """The position of each hour, and its time on the clock."""
        moments = [*self.day.hours(), self.ends_at.astimezone(self.day.zone)]
        shown = [one for one in moments if self.starts_at <= one <= self.ends_at]
        return sorted({self.position(one): one for one in shown}.items())

    def position(self, moment: datetime) -> int:
        """Pixels from the top; a moment outside of the scale is at its edge."""
        # In UTC, because Python subtracts two times of the same zone by their clocks.
        moment = max(self.starts_at, min(moment.astimezone(UTC), self.ends_at))
        return round((moment - self.starts_at).total_seconds() * HOUR_HEIGHT / 3600)


def scale_of(day: Day, entries: Sequence[Entry]) -> DayScale:
    """From full hour to full hour: the working day, and the day's entries with an hour around."""
    starts, ends = (datetime.combine(day.date, clock, day.zone) for clock in WORKING_DAY)
    earliest = min([starts.astimezone(UTC), *(one.started_at - AROUND for one in entries)])
    latest = max([ends.astimezone(UTC), *(one.ended_at + AROUND for one in entries)])
    hours = [one.astimezone(UTC) for one in day.hours()]
    return DayScale(
        day,
        max((one for one in hours if one <= earliest), default=day.starts_at),
        min((one for one in hours if one >= latest), default=day.ends_at),
    )


@dataclass(frozen=True)
class WeekScale:
    """Some hours of the clock, from `first` to `last`, which are the same on each day of a week."""

    first: int
    last: int

    @property
    def height(self) -> int:
        return (self.last - self.first) * HOUR_HEIGHT

    @property
    def hours(self) -> list[tuple[int, time]]:
        hours = range(self.first, self.last + 1)
        return [((hour - self.first) * HOUR_HEIGHT, time(hour % 24)) for hour in hours]

    def position(self, day: Day, moment: datetime) -> int:
        """Pixels from the top of this day's column."""
        if moment <= day.starts_at:
            return 0
        if moment >= day.ends_at:
            return self.height
        clock = moment.astimezone(day.zone)
        passed = (clock.hour - self.first) * 3600 + clock.minute * 60 + clock.second
        return max(0, min(round(passed * HOUR_HEIGHT / 3600), self.height))


def scale_of_week(days: Sequence[Day], entries: Sequence[Sequence[Entry]]) -> WeekScale:
    """The hours that the scales of all its days cover."""
    first, last = 24, 0
    for day, theirs in zip(days, entries, strict=True):
        scale = scale_of(day, theirs)
        first = min(first, scale.starts_at.astimezone(day.zone).hour)
        ends = scale.ends_at.astimezone(day.zone)
        last = max(last, ends.hour if ends.date() == day.date else 24)
    return WeekScale(first, last)
