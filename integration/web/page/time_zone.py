"""Times as somebody's clock shows them, and their days from midnight to midnight."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; UTC when the directory names one that does not exist."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def zoned(moment: datetime, time_zone: str) -> datetime:
    """The moment in a user's zone."""
    return moment.astimezone(zone_of(time_zone))


@dataclass(frozen=True)
class Day:
    """A day of somebody's calendar: 24 hours, or 23 or 25 where the clock is changed."""

    date: date
    zone: ZoneInfo

    @property
    def begins_at(self) -> datetime:
        """Midnight, UTC; where the clock skips it, the moment it does."""
        return datetime.combine(self.date, time(), self.zone).astimezone(UTC)

    @property
    def ends_at(self) -> datetime:
        return Day(self.date + timedelta(days=1), self.zone).begins_at

    @property
    def span(self) -> tuple[datetime, datetime]:
        return self.begins_at, self.ends_at

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.begins_at

    def hours(self) -> list[datetime]:
        """The clock at midnight and each hour after it; one is missing, or there twice, where it
        is changed.
        """
        whole = int(self.length / timedelta(hours=1))
        passed = [self.begins_at + timedelta(hours=hour) for hour in range(whole + 1)]
        return [moment.astimezone(self.zone) for moment in passed if moment < self.ends_at]

    def week(self) -> list["Day"]:
        """Monday to Sunday."""
        monday = self.date - timedelta(days=self.date.weekday())
        return [Day(monday + timedelta(days=number), self.zone) for number in range(7)]

    def beside(self, days: int) -> "Day":
        return Day(self.date + timedelta(days=days), self.zone)
