"""The picture of twelve weeks: a bar and a number for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from integration.dates import DateStyle, short_month_of
from integration.web.page.time_zone import Day

TALLEST = 110.0  # pixels
LEAST = 2.0  # of a week that is not empty


@dataclass(frozen=True)
class Bar:
    """`middle` is its place from the left in percent, `height` is in pixels, `label` its number.
    `month` is None if it is that of the bar before.
    """

    middle: float
    height: float
    label: str
    monday: str
    day: str
    month: str | None


@dataclass(frozen=True)
class WeeksPicture:
    bars: list[Bar]
    width: float  # of a bar, in percent

    @property
    def words(self) -> str:
        """All that the bars say."""
        return "; ".join(f"week of {bar.monday}: {bar.label}" for bar in self.bars)


def draw_weeks(
    weeks: Sequence[Day], values: Sequence[int], label: Callable[[int], str], *, dates: DateStyle
) -> WeeksPicture:
    """A bar for each week; the greatest value has the tallest."""
    place, most = 100 / len(weeks), max(*values, 1)
    bars, month = [], ""
    for number, (week, value) in enumerate(zip(weeks, values, strict=True)):
        own = short_month_of(week.date)
        bars.append(
            Bar(
                middle=round((number + 0.5) * place, 2),
                height=round(max(TALLEST * value / most, LEAST), 1) if value else 0,
                label=label(value),
                monday=dates.without_year(week.date),
                day=str(week.date.day),
                month=own if own != month else None,
            )
        )
        month = own
    return WeeksPicture(bars, width=round(place * 0.62, 2))


def in_hours(seconds: int) -> str:
    """Hours with one decimal, from ten on without; "<0.1" for what would be rounded to none."""
    if seconds >= 10 * 3600:
        return f"{seconds / 3600:.0f}"
    tenths = f"{seconds / 3600:.1f}"
    return ("<0.1" if seconds else "0") if tenths == "0.0" else tenths
