"""The period whose meetings a list counts: the last 30 or 90 days, or all."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from integration.figures.quiet import QUIET_AFTER
from integration.web.page.time_zone import Day, zone_of, zoned
from integration.web.page.visit import Visit

_DAYS: dict[str, int | None] = {"30": 30, "90": 90, "all": None}
DEFAULT = "90"


@dataclass(frozen=True)
class Period:
    """`since` is the start of its first day in the viewer's time zone; both are None for all."""

    key: str
    first_day: date | None = None
    since: datetime | None = None

    @property
    def value(self) -> str:
        """For the query of an address: empty for the default."""
        return "" if self.key == DEFAULT else self.key

    @property
    def words(self) -> str:
        days = _DAYS[self.key]
        return f"Last {days} days" if days else "All time"


def period_of(visit: Visit, key: str) -> Period:
    """The period with this key; the default if there is none."""
    known = key if key in _DAYS else DEFAULT
    days = _DAYS[known]
    if days is None:
        return Period(known)
    zone = visit.viewer.time_zone
    day = Day(zoned(visit.now, zone).date() - timedelta(days=days), zone_of(zone))
    return Period(known, day.date, day.starts_at)


def every_period(visit: Visit) -> list[Period]:
    """The shortest first."""
    return [period_of(visit, key) for key in _DAYS]


def quiet_before(visit: Visit) -> datetime:
    return visit.now - QUIET_AFTER
