"""The picture of a day: a block for each entry, with the words that fit in it or beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from integration.web.page.time_zone import Day
from integration.web.timeline.entries import Entry
from integration.web.timeline.lanes import assign_lanes
from integration.web.timeline.scale import DayScale, WeekScale, scale_of

# All in pixels.
MIN_HEIGHT = 8  # so that a call of one minute is visible and can be pointed at
WORDS_HEIGHT = 16  # of a line
WORDS_NEED = 14  # the part of a line that has ink: two lines may be this close
ONE_LINE, TWO_LINES = 22, 33  # heights from which the words are in the block


@dataclass(frozen=True)
class Room:
    """The number of lanes up to which there is room for words in and beside a block, and the least
    height of a block with words in it.
    """

    lanes_in: int
    lanes_beside: int
    least_height: int


OF_DAY = Room(lanes_in=6, lanes_beside=4, least_height=ONE_LINE)
OF_COLUMN = Room(lanes_in=2, lanes_beside=0, least_height=WORDS_NEED)  # in smaller letters

Position = Callable[[datetime], int]


@dataclass(frozen=True)
class Block:
    """`left` and `width` are in percent; `number` counts the entries of the day from 1. `lines` is
    how many lines of words are in the block; without any, they are beside it if there is room.
    """

    number: int
    top: int
    height: int
    left: float
    width: float
    lines: int
    is_labelled_beside: bool
    entry: Entry

    @property
    def words_top(self) -> float:
        """Of words beside the block, from its top."""
        return (self.height - WORDS_HEIGHT) / 2


@dataclass(frozen=True)
class DayTrack:
    """`now` is the position of the current time, None if it is not in the picture."""

    scale: DayScale
    blocks: list[Block]
    now: int | None


def draw_day(day: Day, entries: Sequence[Entry], *, now: datetime) -> DayTrack:
    """Draws the entries of the day, clipped at midnight."""
    scale = scale_of(day, entries)
    return DayTrack(
        scale,
        draw(entries, scale.position, scale.height, OF_DAY),
        scale.position(now) if scale.starts_at <= now < scale.ends_at else None,
    )


def draw_column(day: Day, entries: Sequence[Entry], scale: WeekScale) -> list[Block]:
    """Draws the entries of a day of the week, which has no room for words beside them."""
    return draw(entries, lambda moment: scale.position(day, moment), scale.height, OF_COLUMN)


def draw(entries: Sequence[Entry], position: Position, height: int, room: Room) -> list[Block]:
    """A block for each entry. Blocks that overlap, or whose words do, are next to each other."""
    spans = [_span(entry, position, height) for entry in entries]
    taken = [_with_words(span) for span in spans] if room.lanes_beside else spans
    blocks = []
    for number, (entry, (top, bottom), place) in enumerate(
        zip(entries, spans, assign_lanes(taken), strict=True), 1
    ):
        has_words = bottom - top >= room.least_height
        lines = 2 if bottom - top >= TWO_LINES else int(has_words)
        blocks.append(
            Block(
                number=number,
                top=top,
                height=bottom - top,
                left=round(100 * place.lane / place.lanes, 3),
                width=round(100 / place.lanes, 3),
                lines=lines if place.lanes <= room.lanes_in else 0,
                is_labelled_beside=not has_words and place.lanes <= room.lanes_beside,
                entry=entry,
            )
        )
    return blocks


def _span(entry: Entry, position: Position, height: int) -> tuple[int, int]:
    top = min(position(entry.started_at), height - MIN_HEIGHT)
    return top, max(position(entry.ended_at), top + MIN_HEIGHT)


def _with_words(span: tuple[float, float]) -> tuple[float, float]:
    """The span with that of the words beside it, which have the same center."""
    center, half = sum(span) / 2, WORDS_NEED / 2
    return min(span[0], center - half), max(span[1], center + half)
