"""The picture of a person's day: a strip along the clock of where they are. It is WIDTH wide and
HEIGHT high, and stretched to its column; a page has hundreds, so each kind of bar is one path.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil, floor
from zoneinfo import ZoneInfo

WIDTH, HEIGHT = 1000, 24
FIRST_HOUR, LAST_HOUR = 8, 20  # of each strip, or more if a session on the page was outside them
NARROWEST = 10  # so that a call of a minute can be seen
HOURS_BETWEEN_MARKS = 4
INSIDE, EXTERNAL, WHOLE = (8, 8), (2, 20), (1, 22)  # top and height of the bars


@dataclass(frozen=True)
class Scale:
    """The hours of the clock that all strips of a page show."""

    first: int
    last: int

    @property
    def marks(self) -> list[tuple[int, float]]:
        """Hours with their positions in percent."""
        start = ceil(self.first / HOURS_BETWEEN_MARKS) * HOURS_BETWEEN_MARKS
        return [
            (hour, 100 * self._x(hour) / WIDTH)
            for hour in range(start, self.last, HOURS_BETWEEN_MARKS)
        ]

    @property
    def lines(self) -> str:
        """The path of the marks, without one at the edge."""
        return "".join(f"M{self._x(hour)} 0v{HEIGHT}" for hour, at in self.marks if at)

    def bars(
        self, stays: list[list[datetime]], day: date, zone: ZoneInfo, *, size: tuple[int, int]
    ) -> str:
        """The path of these stays. When the clock is put back, an hour is drawn over the one before
        it.
        """
        return "".join(
            self._bar(clock(start, day, zone), clock(end, day, zone), size) for start, end in stays
        )

    def later(self, day: date, zone: ZoneInfo, now: datetime) -> str:
        """The path of the part of the day that is still to come."""
        start = max(clock(now, day, zone), self.first)
        return self._bar(start, self.last, WHOLE) if start < self.last else ""

    def _bar(self, start: float, end: float, size: tuple[int, int]) -> str:
        top, height = size
        x = min(self._x(start), WIDTH - NARROWEST)
        width = max(self._x(end) - x, NARROWEST)
        return f"M{x} {top}h{width}v{height}h-{width}z"

    def _x(self, hours: float) -> int:
        return round(WIDTH * (hours - self.first) / (self.last - self.first))


def scale_of(days: Iterable[tuple[list[list[datetime]], date, ZoneInfo]]) -> Scale:
    """The scale on which all these stays can be drawn, each with its day and the person's zone."""
    hours = [
        clock(moment, day, zone) for stays, day, zone in days for stay in stays for moment in stay
    ]
    return Scale(
        first=min([FIRST_HOUR, *(floor(hour) for hour in hours)]),
        last=max([LAST_HOUR, *(ceil(hour) for hour in hours)]),
    )


def clock(moment: datetime, day: date, zone: ZoneInfo) -> float:
    """The hours on the clock since midnight of the day: 0 to 24."""
    local = moment.astimezone(zone)
    passed = 24 * (local.toordinal() - day.toordinal()) + local.hour + local.minute / 60
    return min(max(passed + local.second / 3600, 0), 24)
