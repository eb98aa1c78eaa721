"""Calendar days and time zones in words."""

from integration.figures.periods import Days, Period, Unit


def dates(days: Days, *, this_year: int) -> str:
    """Such as "23 – 27 November", with the year if it is another one."""
    first, last = days.first, days.last
    end = f"{last.day} {last:%B}" + (f" {last.year}" if last.year != this_year else "")
    if first == last:
        return end
    start = str(first.day)
    if (first.year, first.month) != (last.year, last.month):
        start += f" {first:%B}" + (f" {first.year}" if first.year != last.year else "")
    return f"{start} – {end}"


def named(period: Period, days: Days, *, this_year: int) -> str:
    """The period as its page is called; `days` are those that are shown."""
    if period.unit is Unit.MONTH:
        return f"{period.first:%B %Y}"
    return dates(days, this_year=this_year)


def city(time_zone: str) -> str:
    """The place that a time zone is named after, such as "New York"."""
    return time_zone.rpartition("/")[2].replace("_", " ")
