"""The picture of a day: the position of each entry between midnight and midnight, in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from integration.web.page.time_zone import Day
from integration.web.timeline.day import DayEntry
from integration.web.timeline.lanes import assign_lanes

HOUR_HEIGHT = 34
MIN_HEIGHT = 6  # so that a call of one minute is visible and can be pointed at
LABEL_HEIGHT = 14  # the height of a line of text


@dataclass(frozen=True)
class Block:
    """`left` and `width` are in percent; `number` counts the entries of the day from 1."""

    number: int
    top: int
    height: int
    left: float
    width: float
    entry: DayEntry

    @property
    def lines(self) -> int:
        """The number of lines of text that fit."""
        return min(2, self.height // LABEL_HEIGHT)


@dataclass(frozen=True)
class DayTrack:
    """`now` is the position of the current time; None on other days than today."""

    height: int
    hours: list[tuple[int, datetime]]
    blocks: list[Block]
    now: int | None


def draw_day(day: Day, entries: Sequence[DayEntry], *, now: datetime) -> DayTrack:
    """Draws the entries of the day, clipped at midnight."""
    height = _pixels(day, day.ends_at)
    spans = [_span(day, entry, height) for entry in entries]
    blocks = [
        Block(
            number=number,
            top=top,
            height=bottom - top,
            left=round(100 * place.lane / place.lanes, 3),
            width=round(100 / place.lanes, 3),
            entry=entry,
        )
        for number, (entry, (top, bottom), place) in enumerate(
            zip(entries, spans, assign_lanes(spans), strict=True), 1
        )
    ]
    return DayTrack(
        height=height,
        hours=[(_pixels(day, hour), hour) for hour in day.hours()],
        blocks=blocks,
        now=_pixels(day, now) if day.starts_at <= now < day.ends_at else None,
    )


def _span(day: Day, entry: DayEntry, height: int) -> tuple[int, int]:
    top = _pixels(day, max(entry.started_at, day.starts_at))
    bottom = _pixels(day, min(entry.ended_at, day.ends_at))
    top = min(top, height - MIN_HEIGHT)
    return top, max(bottom, top + MIN_HEIGHT)


def _pixels(day: Day, moment: datetime) -> int:
    # In UTC, because Python subtracts two times of the same zone by their clocks.
    passed = moment.astimezone(UTC) - day.starts_at
    return round(passed.total_seconds() * HOUR_HEIGHT / 3600)
