"""Calendar days and time zones in words."""

from integration.dates import DateStyle, month_of
from integration.figures.periods import Days, Period, Unit


def dates_of(days: Days, style: DateStyle, *, this_year: int) -> str:
    """Such as "23 – 27 November", with the year if it is another one."""
    first, last = days.first, days.last
    return style.span(
        first,
        last,
        first_year=first.year != last.year,
        last_year=last.year != this_year,
    )


def named(period: Period, days: Days, style: DateStyle, *, this_year: int) -> str:
    """The period as its page is called; `days` are those that are shown."""
    if period.unit is Unit.MONTH:
        return month_of(period.first)
    return dates_of(days, style, this_year=this_year)


def city(time_zone: str) -> str:
    """The place that a time zone is named after, such as "New York"."""
    return time_zone.rpartition("/")[2].replace("_", " ")
