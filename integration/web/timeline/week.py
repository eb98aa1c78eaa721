"""The picture of a week: a column of blocks for each day, on the same scale."""

from collections.abc import Sequence
from dataclasses import dataclass

from integration.web.page.time_zone import Day
from integration.web.timeline.blocks import Block, draw_column
from integration.web.timeline.entries import Entry
from integration.web.timeline.scale import WeekScale, scale_of_week

WORKING_DAYS = 5  # are always drawn


@dataclass(frozen=True)
class WeekTrack:
    """The days drawn, each with its blocks; the days after Friday only up to the last entry."""

    scale: WeekScale
    columns: list[tuple[Day, list[Block]]]


def draw_week(week: Sequence[Day], entries: Sequence[Sequence[Entry]]) -> WeekTrack:
    used = max((number for number, theirs in enumerate(entries, 1) if theirs), default=0)
    drawn = list(zip(week, entries, strict=True))[: max(used, WORKING_DAYS)]
    scale = scale_of_week([day for day, _ in drawn], [theirs for _, theirs in drawn])
    return WeekTrack(scale, [(day, draw_column(day, theirs, scale)) for day, theirs in drawn])
