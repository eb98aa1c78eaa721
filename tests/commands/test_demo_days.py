"""Which days the demo sends at its first start, at a restart, and on later days."""

from datetime import UTC, date, datetime
from pathlib import Path

from integration.commands.demonstration.story import Story, working_days_before

FRIDAY, SATURDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 30)


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def test_the_story_ends_on_the_working_day_before_the_first_start(tmp_path: Path) -> None:
    story = Story.kept_in(tmp_path / "demo.json", now=at(MONDAY, 9))
    assert story.ends_on == FRIDAY
    assert working_days_before(MONDAY, count=2) == [date(2026, 11, 26), FRIDAY]


def test_a_restart_sends_nothing_twice_and_the_next_day_adds_a_day(tmp_path: Path) -> None:
    file = tmp_path / "demo.json"
    first = Story.kept_in(file, now=at(SATURDAY, 9))
    first.with_sent([FRIDAY], now=at(SATURDAY, 9))
    again, later = (
        Story.kept_in(file, now=now) for now in (at(SATURDAY, 10), at(date(2026, 12, 2), 9))
    )
    assert again.unsent([FRIDAY, *again.later_days(at(SATURDAY, 10))]) == []
    assert (later.ends_on, later.later_days(at(date(2026, 12, 2), 9))) == (
        FRIDAY,
        [MONDAY, date(2026, 12, 1)],
    )


def test_a_day_that_is_not_over_in_los_angeles_is_sent_again(tmp_path: Path) -> None:
    file = tmp_path / "demo.json"
    Story.kept_in(file, now=at(SATURDAY, 1)).with_sent([FRIDAY], now=at(SATURDAY, 1))
    assert Story.kept_in(file, now=at(SATURDAY, 9)).unsent([FRIDAY]) == [FRIDAY]
