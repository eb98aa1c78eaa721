"""The columns between a person's name and their hours: a strip for each day of a week, or a bar for
each week of a month.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from integration.figures.periods import Days
from integration.web.page.time_zone import zone_of
from integration.web.team.people import Person
from integration.web.team.strip_picture import EXTERNAL, INSIDE, WIDTH, Scale, scale_of
from integration.web.team.strips import DayStays, WeekHours


@dataclass(frozen=True)
class Strip:
    """A person's day; `day` is None without entries. The others are paths of its picture; `later`
    is the part of the day that is still to come.
    """

    date: date
    day: DayStays | None
    inside: str
    external: str
    later: str


@dataclass(frozen=True)
class WeekTable:
    """`strips`: user -> a strip for each of the dates."""

    dates: list[date]
    scale: Scale
    strips: Mapping[str, list[Strip]]


@dataclass(frozen=True)
class WeekBar:
    """A person's week of a month; the bars are as wide as its hours, WIDTH for the longest."""

    days: Days
    hours: WeekHours | None
    bar: int
    external_bar: int


@dataclass(frozen=True)
class MonthTable:
    """`bars`: user -> a bar for each of the weeks."""

    weeks: list[Days]
    bars: Mapping[str, list[WeekBar]]


def week_table(
    people: Sequence[Person],
    days: Days,
    stays: Mapping[tuple[str, date], DayStays],
    *,
    now: datetime,
) -> WeekTable:
    zones = {one.user_id: zone_of(one.time_zone) for one in people}
    scale = scale_of([(one.stays, one.day, zones[one.user_id]) for one in stays.values()])

    def strip(user_id: str, day: date) -> Strip:
        found, zone = stays.get((user_id, day)), zones[user_id]
        return Strip(
            date=day,
            day=found,
            inside=scale.bars(found.stays, day, zone, size=INSIDE) if found else "",
            external=(scale.bars(found.external_stays, day, zone, size=EXTERNAL) if found else ""),
            later=scale.later(day, zone, now),
        )

    return WeekTable(
        days.dates,
        scale,
        {one.user_id: [strip(one.user_id, day) for day in days.dates] for one in people},
    )


def month_table(
    people: Sequence[Person], weeks: list[Days], hours: Mapping[tuple[str, date], WeekHours]
) -> MonthTable:
    longest = max((one.seconds for one in hours.values()), default=1)

    def bar(user_id: str, week: Days) -> WeekBar:
        found = hours.get((user_id, week.first))
        return WeekBar(
            days=week,
            hours=found,
            bar=round(WIDTH * found.seconds / longest) if found else 0,
            external_bar=round(WIDTH * found.external_seconds / longest) if found else 0,
        )

    return MonthTable(
        weeks, {one.user_id: [bar(one.user_id, week) for week in weeks] for one in people}
    )
