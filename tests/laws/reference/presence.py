"""How long a person attended (5.5): the union of half-open intervals, clipped to the session."""

from datetime import datetime

Interval = tuple[datetime, datetime]


def clipped(interval: Interval, session: Interval) -> Interval:
    return max(interval[0], session[0]), min(interval[1], session[1])


def united(intervals: list[Interval]) -> list[Interval]:
    """Without overlaps, in order. An interval without length is no presence."""
    whole: list[Interval] = []
    for start, end in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((start, end))
    return whole


def shared(some: list[Interval], others: list[Interval]) -> list[Interval]:
    """When both were there."""
    return united([clipped(one, other) for one in some for other in others])


def seconds(presence: list[Interval]) -> int:
    return sum(int((end - start).total_seconds()) for start, end in presence)
