"""Weeks and months: their names in addresses, their borders, and the days that can be compared."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from integration.figures.periods import Days, Unit, period_named, period_of


def days(first: str, last: str) -> Days:
    return Days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("value", "first", "last", "previous", "following"),
    [
        ("2026-W48", "2026-11-23", "2026-11-29", "2026-W47", "2026-W49"),
        ("2026-W53", "2026-12-28", "2027-01-03", "2026-W52", "2027-W01"),
        ("2027-W01", "2027-01-04", "2027-01-10", "2026-W53", "2027-W02"),
        ("2026-01", "2026-01-01", "2026-01-31", "2025-12", "2026-02"),
        ("2028-02", "2028-02-01", "2028-02-29", "2028-01", "2028-03"),
    ],
)
def test_a_period_has_a_name_and_neighbours_also_where_a_year_ends(
    value: str, first: str, last: str, previous: str, following: str
) -> None:
    period = period_named(value)
    assert (period.value, str(period.first), str(period.last)) == (value, first, last)
    assert (period.previous.value, period.next.value) == (previous, following)
    assert {period_of(day, period.unit) for day in period.dates} == {period}


@pytest.mark.parametrize(
    "value",
    ["", "2026", "2026-W00", "2026-W54", "2025-W53", "2026-13", "1999-W01", "2026-W1", "٢٠٢٦-11"],
)
def test_other_names_have_no_period(value: str) -> None:
    assert period_named(value) is None


def test_complete_days_are_compared_with_the_same_days_before() -> None:
    week, month = period_named("2026-W48"), period_named("2026-03")
    assert week.before(date(2026, 11, 23)) is None
    thursday = week.before(date(2026, 11, 26))
    assert thursday == days("2026-11-23", "2026-11-25")
    assert week.same_days_before(thursday) == days("2026-11-16", "2026-11-18")
    whole = week.before(date(2026, 12, 24))
    assert week.same_days_before(whole) == days("2026-11-16", "2026-11-22")
    for today, before in (("2026-03-30", "2026-02-28"), ("2026-04-01", "2026-02-28")):
        complete = month.before(date.fromisoformat(today))
        assert month.same_days_before(complete) == days("2026-02-01", before)


def test_the_weeks_of_a_month_are_cut_at_its_ends() -> None:
    found = [(one.first.day, one.last.day) for one in period_named("2026-11").weeks]
    assert found == [(1, 1), (2, 8), (9, 15), (16, 22), (23, 29), (30, 30)]
    assert period_named("2026-W48").weeks == [days("2026-11-23", "2026-11-29")]


def test_a_week_is_an_hour_longer_where_the_clock_is_put_back() -> None:
    start, end = period_named("2026-W43").span(ZoneInfo("Europe/Berlin"))
    assert start == datetime(2026, 10, 18, 22, tzinfo=UTC)
    assert (end - start).total_seconds() == (7 * 24 + 1) * 3600
    assert period_named("2026-W43").unit is Unit.WEEK
