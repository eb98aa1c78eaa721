"""Places for spans that overlap: side by side in as few lanes as can be."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """`lane` counts from 0; `lanes` is how many stand side by side there."""

    lane: int
    lanes: int


def side_by_side(spans: Sequence[tuple[float, float]]) -> list[Place]:
    """A place for each span `[begin, end)`, in the order given.

    Each takes the first lane that is free, by begin: so there are no more lanes than the greatest
    overlap. Spans that touch no other, directly or through others, have the whole width.
    """
    lanes = [0] * len(spans)
    ends: list[float] = []  # of the last span in each lane
    group: list[int] = []  # spans that hang together
    places = [Place(0, 1)] * len(spans)

    def close_group() -> None:
        width = 1 + max((lanes[number] for number in group), default=0)
        for number in group:
            places[number] = Place(lanes[number], width)
        group.clear()

    for number in sorted(range(len(spans)), key=lambda number: spans[number]):
        begin, end = spans[number]
        if all(taken <= begin for taken in ends):
            close_group()
        free = (lane for lane, taken in enumerate(ends) if taken <= begin)
        lanes[number] = next(free, len(ends))
        ends[lanes[number] : lanes[number] + 1] = [end]
        group.append(number)
    close_group()
    return places
