"""The picture of a day and of a week: which hours it has, and which words fit where."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.web.page.time_zone import Day
from integration.web.timeline.blocks import WORDS_NEED, Block, draw_day
from integration.web.timeline.entries import Entry
from integration.web.timeline.scale import scale_of
from integration.web.timeline.week import draw_week

UTC_DAY = Day(date(2026, 3, 10), ZoneInfo("UTC"))
NOW = datetime(2026, 3, 11, tzinfo=UTC)


def entry(start: str, minutes: float, title: str = "Hosted a scheduled meeting: Plans") -> Entry:
    """`start` is a time of 10 March in UTC, or a date and time."""
    started_at = datetime.fromisoformat(f"{start if '-' in start else f'2026-03-10T{start}'}+00:00")
    return Entry(
        span=0, session_id="s", title=title,
        role="caller" if "call" in title else "host",
        feature="phone" if "call" in title else "meetings",
        is_estimated=False, duration_seconds=int(minutes * 60), seconds_in_span=0, outside=0,
        companies=[], started_at=started_at, ended_at=started_at + timedelta(minutes=minutes),
    )  # fmt: skip


def hours(day: Day, *entries: Entry) -> list[str]:
    """The first and the last hour of the picture, and the number of hours."""
    drawn = scale_of(day, entries).hours
    first, last = (f"{clock:%H:%M}" for _, clock in (drawn[0], drawn[-1]))
    return [first, last, str((drawn[-1][0] - drawn[0][0]) // 56)]


def words_of(block: Block) -> tuple[float, float]:
    """From where to where the words beside a block are, or the block."""
    if not block.is_labelled_beside:
        return block.top, block.top + block.height
    centre = block.top + block.height / 2
    return centre - WORDS_NEED / 2, centre + WORDS_NEED / 2


@pytest.mark.parametrize(
    ("zone", "day", "entries", "expected"),
    [
        ("UTC", "2026-03-10", [], ["08:00", "18:00", "10"]),
        ("UTC", "2026-03-10", [entry("12:00", 0.5)], ["08:00", "18:00", "10"]),
        ("UTC", "2026-03-10", [entry("07:59", 5)], ["06:00", "18:00", "12"]),
        ("UTC", "2026-03-10", [entry("16:30", 31)], ["08:00", "19:00", "11"]),
        ("UTC", "2026-03-10", [entry("2026-03-01T00:00", 44_639)], ["00:00", "00:00", "24"]),
        ("Asia/Kolkata", "2026-03-10", [entry("01:00", 30)], ["05:00", "18:00", "13"]),
        # The clock goes back, or forward, at three, at two, and at midnight.
        ("Europe/Berlin", "2026-10-25", [entry("2026-10-24T22:00", 30)], ["00:00", "18:00", "19"]),
        ("Europe/Berlin", "2026-03-29", [entry("2026-03-28T23:00", 30)], ["00:00", "18:00", "17"]),
        ("Africa/Cairo", "2026-04-24", [entry("2026-04-23T22:00", 30)], ["01:00", "18:00", "17"]),
        (
            "Europe/Berlin",
            "2026-10-25",
            [entry("2026-10-24T20:00", 1800)],
            ["00:00", "00:00", "25"],
        ),
    ],
)
def test_the_picture_has_the_working_day_and_an_hour_around_the_entries(
    zone: str, day: str, entries: list[Entry], expected: list[str]
) -> None:
    assert hours(Day(date.fromisoformat(day), ZoneInfo(zone)), *entries) == expected


MINUTES = st.tuples(st.integers(0, 23 * 60), st.integers(0, 90))


@given(st.lists(MINUTES, max_size=15))
def test_no_words_cover_a_block_or_other_words(times: list[tuple[int, int]]) -> None:
    day = [entry(f"{start // 60:02d}:{start % 60:02d}", minutes) for start, minutes in times]
    blocks = draw_day(UTC_DAY, sorted(day, key=lambda one: one.started_at), now=NOW).blocks
    for one, other in combinations(blocks, 2):
        beside = (
            one.left + one.width <= other.left + 0.1 or other.left + other.width <= one.left + 0.1
        )
        (top, bottom), (other_top, other_bottom) = words_of(one), words_of(other)
        assert beside or bottom <= other_top or other_bottom <= top


def test_short_entries_have_their_words_beside_them_and_many_at_once_have_none() -> None:
    """A quarter of an hour, the half hour after it, and eight at once."""
    short, next_one, *at_once = draw_day(
        UTC_DAY, [entry("09:15", 15), entry("09:30", 30), *[entry("12:00", 60)] * 8], now=NOW
    ).blocks
    assert (short.is_labelled_beside, short.lines, short.width) == (True, 0, 100)
    assert (next_one.is_labelled_beside, next_one.lines, next_one.width) == (False, 1, 100)
    assert {(one.is_labelled_beside, one.lines) for one in at_once} == {(False, 0)}


@pytest.mark.parametrize(
    ("title", "heading", "kind"),
    [
        (
            "Hosted a scheduled meeting: Plans: part 2",
            "Plans: part 2",
            "hosted a scheduled meeting",
        ),
        ("Attended a recurring webinar", "A recurring webinar", "host"),
        ("Outbound call: Owen Price", "Call with Owen Price", "outbound call"),
        ("Inbound call", "Inbound call", "caller"),
    ],
)
def test_an_entry_is_named_by_its_topic_or_its_kind(title: str, heading: str, kind: str) -> None:
    found = entry("09:00", 30, title)
    assert (found.heading, found.kind) == (heading, kind)


def test_the_days_of_a_week_have_the_same_hours_and_an_empty_weekend_is_left_out() -> None:
    """In the week in which the clocks go back, ten o'clock is at the same height on each day."""
    week = Day(date(2026, 10, 25), ZoneInfo("Europe/Berlin")).week()
    friday, sunday = entry("2026-10-23T08:00", 60), entry("2026-10-25T09:00", 60)
    all_night = entry("2026-10-20T22:00", 240)
    without = draw_week(week, [[], [all_night], [all_night], [], [friday], [], []])
    with_sunday = draw_week(week, [[], [], [], [], [friday], [], [sunday]])
    assert (len(without.columns), len(with_sunday.columns)) == (5, 7)
    assert (without.scale.first, without.scale.last) == (0, 24)
    tops = [(one.top, one.height) for _, blocks in with_sunday.columns for one in blocks]
    assert tops == [(2 * 56, 56)] * 2
