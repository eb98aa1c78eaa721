"""Which day of the story a date is: ten working days, a few meetings weeks before, and later days.

The story ends on a given working day (of the demo: the one before its first start) and does not
move later, so a date has the same events whenever they are sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = 10
# The first meetings of the demo are this many days before the end of the story.
EARLIER_WEEKS = (8, 7, 6, 5)
SATURDAY = 5
# Nobody attends a meeting outside of these local hours.
OPENS, CLOSES = time(8), time(18, 45)


def is_working_day(day: date) -> bool:
    return day.weekday() < SATURDAY


def last_working_day(before: date) -> date:
    day = before - timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def story_days(ends_on: date) -> list[date]:
    """The working days of the story, by date."""
    days = [ends_on]
    while len(days) < DAYS:
        days.insert(0, last_working_day(days[0]))
    return days


def earlier_days(ends_on: date) -> list[date]:
    """The days weeks before the story that have a few meetings with clients."""
    return [ends_on - timedelta(weeks=weeks) for weeks in EARLIER_WEEKS]


def number_of(day: date, *, ends_on: date) -> int | None:
    """1 to 10 for the days of the story, 11 and more for working days after it; None for others."""
    if not is_working_day(day) or day < (first := story_days(ends_on)[0]):
        return None
    return sum(is_working_day(one) for one in _days(first, day))


def local(day: date, at: str, zone: str) -> datetime:
    """That local time of the day, such as 09:30, in UTC."""
    moment = datetime.combine(day, time.fromisoformat(at), tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC)


def is_in_office(zone: str, start: datetime, *, minutes: int) -> bool:
    """Whether the time is within office hours there, on a working day."""
    begins = start.astimezone(ZoneInfo(zone))
    ends = begins + timedelta(minutes=minutes)
    is_same_day = begins.date() == ends.date() and is_working_day(begins.date())
    return is_same_day and begins.time() >= OPENS and ends.time() <= CLOSES


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
