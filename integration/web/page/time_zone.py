"""Times and calendar days in a user's time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from integration.directory.time_zones import zone_of as zone_of


def zoned(moment: datetime, time_zone: str) -> datetime:
    """The moment in a user's zone."""
    return moment.astimezone(zone_of(time_zone))


@dataclass(frozen=True)
class Day:
    """A calendar day in a zone: 24 hours, or 23 or 25 when the clock changes."""

    date: date
    zone: ZoneInfo

    @cached_property
    def starts_at(self) -> datetime:
        """Midnight in UTC, or the moment at which the clock skips it."""
        return datetime.combine(self.date, time(), self.zone).astimezone(UTC)

    @cached_property
    def ends_at(self) -> datetime:
        return Day(self.date + timedelta(days=1), self.zone).starts_at

    @property
    def span(self) -> tuple[datetime, datetime]:
        return self.starts_at, self.ends_at

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    def hours(self) -> list[datetime]:
        """Midnight and each full hour after it, in the zone. When the clock changes, an hour is
        missing or occurs twice.
        """
        whole = int(self.length / timedelta(hours=1))
        passed = [self.starts_at + timedelta(hours=hour) for hour in range(whole + 1)]
        return [moment.astimezone(self.zone) for moment in passed if moment < self.ends_at]

    def week(self) -> list["Day"]:
        """The days of the same week, Monday to Sunday."""
        monday = self.date - timedelta(days=self.date.weekday())
        return [Day(monday + timedelta(days=number), self.zone) for number in range(7)]

    def shifted(self, days: int) -> "Day":
        return Day(self.date + timedelta(days=days), self.zone)
