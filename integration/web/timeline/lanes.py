"""Arranges overlapping spans next to each other, in as few lanes as possible."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """`lane` counts from 0; `lanes` is the number of lanes in the span's group."""

    lane: int
    lanes: int


def assign_lanes(spans: Sequence[tuple[float, float]]) -> list[Place]:
    """A place for each span `[start, end)`, in the given order.

    By their start, each span takes the first free lane, so there are no more lanes than the maximum
    overlap. Spans that overlap no other span, directly or indirectly, get the whole width.
    """
    lanes = [0] * len(spans)
    ends: list[float] = []  # of the last span in each lane
    group: list[int] = []  # spans that overlap, directly or indirectly
    places = [Place(0, 1)] * len(spans)

    def close_group() -> None:
        width = 1 + max((lanes[number] for number in group), default=0)
        for number in group:
            places[number] = Place(lanes[number], width)
        group.clear()

    for number in sorted(range(len(spans)), key=lambda number: spans[number]):
        start, end = spans[number]
        if all(taken <= start for taken in ends):
            close_group()
        free = (lane for lane, taken in enumerate(ends) if taken <= start)
        lanes[number] = next(free, len(ends))
        ends[lanes[number] : lanes[number] + 1] = [end]
        group.append(number)
    close_group()
    return places
