"""When a digest is due, in time zones whose clocks change, and what its words are."""

from datetime import UTC, date, datetime

import pytest

from integration.directory.time_zones import zone_of
from integration.figures.periods import Unit, period_of
from integration.figures.team_figures import Comparison, Figures, TeamFigures
from integration.notify.digest_days import monday_due
from integration.notify.movements import Movement, described, hours, movements

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
DUE = [
    # zone, now, the Monday
    ("Europe/Berlin", "2026-11-23T05:59:59", None),
    ("Europe/Berlin", "2026-11-23T06:00:00", date(2026, 11, 23)),
    ("Europe/Berlin", "2026-11-23T22:59:59", date(2026, 11, 23)),
    ("Europe/Berlin", "2026-11-23T23:00:00", None),  # Tuesday: nobody reads Monday's news then
    ("Europe/Berlin", "2026-11-26T06:00:00", None),
    # The Monday after the clocks went back, and after they went forward.
    ("Europe/Berlin", "2026-10-26T05:59:59", None),
    ("Europe/Berlin", "2026-10-26T06:00:00", date(2026, 10, 26)),
    ("Europe/Berlin", "2026-03-30T04:59:59", None),
    ("Europe/Berlin", "2026-03-30T05:00:00", date(2026, 3, 30)),
    ("Pacific/Kiritimati", "2026-11-22T17:00:00", date(2026, 11, 23)),
    ("Pacific/Niue", "2026-11-23T17:59:59", None),
    ("Pacific/Niue", "2026-11-24T10:59:59", date(2026, 11, 23)),
    ("Mars/Olympus", "2026-11-23T07:00:00", date(2026, 11, 23)),  # no zone is UTC
]


@pytest.mark.parametrize(("zone", "now", "monday"), DUE)
def test_a_digest_is_due_on_monday_from_seven_where_its_reader_is(
    zone: str, now: str, monday: date | None
) -> None:
    moment = datetime.fromisoformat(f"{now}+00:00")
    assert monday_due(moment, zone_of(zone), since=LONG_AGO) == monday


def test_whoever_asks_after_seven_waits_a_week() -> None:
    zone, now = zone_of("Europe/Berlin"), datetime(2026, 11, 23, 9, tzinfo=UTC)
    asked = [datetime(2026, 11, 23, 6, tzinfo=UTC), datetime(2026, 11, 23, 6, 1, tzinfo=UTC)]
    assert [monday_due(now, zone, since=one) for one in asked] == [date(2026, 11, 23), None]


H = 3600
WEEK = period_of(date(2026, 11, 16), Unit.WEEK)


def of(hours: float, outside: float = 0, met: int = 0, new: int = 0, quiet: int = 0) -> Figures:
    return Figures(1, int(hours * H), int(outside * H), met, new, quiet)


def compared(now: Figures, before: Figures) -> Comparison:
    return Comparison(WEEK.days, WEEK.previous.days, now, before)


def values(
    now: Figures, before: Figures | None, *, is_compared: bool = True
) -> list[tuple[str, str]]:
    found = TeamFigures(WEEK, now, compared(now, before) if before else None)
    return [(one.value, one.change) for one in described(found, is_compared=is_compared)]


def test_figures_are_compared_in_their_own_units() -> None:
    week, before = of(31.25, 13, 5, 1, 1), of(24, 7, 5, 0, 2)
    assert values(week, before) == [
        ("31 h 15 min", "+7 h 15 min"),
        ("42%", "+13 points"),
        ("5, 1 new", "no change"),
        ("1", "−1"),
    ]
    assert values(of(0), week) == [
        ("0 min", "−31 h 15 min"),
        ("–", ""),
        ("0", "−5"),
        ("0", "−1"),
    ]
    assert {change for _, change in values(week, None)} == {""}
    assert {change for _, change in values(week, before, is_compared=False)} == {""}
    assert [hours(one) for one in (0, 59, 3600, 1234 * H)] == ["0 min", "1 min", "1 h", "1,234 h"]


MOVED = [
    (of(10), of(10), []),
    (
        of(20, 2, 3, 1, 2),
        of(10, 2, 2),
        [
            Movement("1 company was met for the first time.", "clients"),
            Movement("The number of companies gone quiet rose from 0 to 2.", "quiet"),
            Movement("Time in sessions rose from 10 h to 20 h.", "team"),
        ],
    ),
    (
        of(9, 0, 1),
        of(10, 2, 2, 1, 1),
        [
            Movement("Time with external people fell from 2 h to 0 min.", "team"),
            Movement("The number of companies met fell from 2 to 1.", "team"),
            Movement("Time in sessions fell from 10 h to 9 h.", "team"),
        ],
    ),
]


@pytest.mark.parametrize(("week", "before", "moved"), MOVED)
def test_at_most_three_movements_the_largest_first(
    week: Figures, before: Figures, moved: list[Movement]
) -> None:
    assert movements(compared(week, before)) == moved
