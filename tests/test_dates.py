"""Dates in the order of the reader's language."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.dates import DAY_FIRST, MONTH_FIRST, DateStyle, month_of, style_for
from integration.settings import PROJECT

DAY = date(2026, 3, 2)
MOMENT = datetime(2026, 3, 2, 14, 5, 9, tzinfo=ZoneInfo("Europe/Berlin"))
MONTH_IS_FIRST = [
    *("en-US", "en-us", "EN-PH", "en-CA", "en-PR", "en-Latn-US", "en-US-posix"),
    *("en-US-u-ca-gregory", "fil", "fil-PH", "tl", "zu-ZA", "ceb"),
    *("en-US,en;q=0.9", " en-US ; q=0.5 , de;q=0.4", "de;q=0.2, en-US;q=0.3", "en-CA, en-GB"),
    *("*;q=0.1, en-US", "en-GB;q=0, en-US;q=0.001", ", ,en-US", "en-US;Q=1.000,de"),
    *("de;q=wrong, en-US", "de;q=2,en-US", "de;q=0.1234,en-US", "de-abcdefghi,en-US;q=0.1"),
    *("de_DE, en-US;q=0.1", "\t en-US"),
]
DAY_IS_FIRST = [
    *("en", "en-GB", "en-IN", "en-AU", "en-001", "en-Latn", "en-Latn-GB", "de", "de-US", "es-US"),
    *("ja", "zh-Hans", "fr-CA", "en-GB-u-rg-uszzzz", "en-x-us", "us", "*", "en,en-US;q=0.9"),
    *("en-GB,en-US", "de, en-US;q=0.9", "en-US;q=0", "en-US;q=0.000", "en-US;q=0, *;q=0.5"),
    *("en-US;q=0.4, de;q=0.5", "*, en-US;q=0.5"),
    *("", " ", ",", ";", ";q=1", "q=1", "en-US;q=", "en-US;q=-1", "en-US;q=1.5", "en-US;level=1"),
    *("en_US", "en US", "-", "en-", "en-US-", "é", "en-US;q=１", "en-ＵＳ", "en-US\0", "*-US"),
]
# The method, and its texts in the two styles.
TEXTS = [
    ("short", DAY, "2 Mar 2026", "Mar 2, 2026"),
    ("without_year", DAY, "2 Mar", "Mar 2"),
    ("with_weekday", DAY, "Mon 2 Mar", "Mon, Mar 2"),
    ("at", MOMENT, "2 Mar 2026, 14:05", "Mar 2, 2026, 14:05"),
    ("long", DAY, "2 March 2026", "March 2, 2026"),
    ("long_with_weekday", DAY, "Monday 2 March", "Monday, March 2"),
    ("long_at", MOMENT, "2 March 2026, 14:05 CET", "March 2, 2026, 14:05 CET"),
    ("in_full", DAY, "Monday, 2 March 2026", "Monday, March 2, 2026"),
    (
        "in_full_at", MOMENT,
        "Monday, 2 March 2026, 14:05:09 CET", "Monday, March 2, 2026, 14:05:09 CET",
    ),
]  # fmt: skip
YEARS = {"first_year": True, "last_year": True}
SPANS = [
    ("2026-03-02", "2026-03-08", {}, "2 – 8 March", "March 2 – 8"),
    ("2026-03-02", "2026-03-08", YEARS, "2 – 8 March 2026", "March 2 – 8, 2026"),
    ("2026-03-02", "2026-03-08", {"is_short": True}, "2 – 8 Mar", "Mar 2 – 8"),
    ("2026-03-02", "2026-03-02", {}, "2 March", "March 2"),
    ("2026-03-02", "2026-03-02", YEARS, "2 March 2026", "March 2, 2026"),
    ("2026-09-28", "2026-10-04", {}, "28 September – 4 October", "September 28 – October 4"),
    (
        "2025-12-29", "2026-01-04", {"is_short": True, **YEARS},
        "29 Dec 2025 – 4 Jan 2026", "Dec 29, 2025 – Jan 4, 2026",
    ),
    (
        "2025-12-29", "2026-01-04", {"first_year": True},
        "29 December 2025 – 4 January", "December 29, 2025 – January 4",
    ),
    ("2025-03-02", "2026-03-08", {}, "2 March – 8 March", "March 2 – March 8"),
]  # fmt: skip
# The name of a month, or a day that is not that of 2026-03-02.
FORMAT = re.compile(r"%-?[Bb]\b|(?<!%m-)%-?d\b")
# Commands print columns; in "v0:%b" there are bytes.
EXCEPTIONS = ("integration/dates.py", "integration/commands/", "integration/zoom/")


@pytest.mark.parametrize("header", MONTH_IS_FIRST)
def test_the_month_is_first_where_the_preferred_language_writes_it_so(header: str) -> None:
    assert style_for(header) is MONTH_FIRST


@pytest.mark.parametrize("header", [None, *DAY_IS_FIRST])
def test_the_day_is_first_in_all_other_cases(header: str | None) -> None:
    assert style_for(header) is DAY_FIRST


def test_a_long_header_takes_no_longer_than_its_length() -> None:
    assert style_for("en-US;q=0.001," + "a-" * 30_000 + "," * 30_000) is MONTH_FIRST


REPEATABLE = settings(max_examples=300, deadline=None, database=None, derandomize=True)
PIECES = st.sampled_from(["en", "-US", "de", "*", ";", "q=", "1", "0", ".5", ",", " ", "\t", "é"])


@REPEATABLE
@given(st.text() | st.lists(PIECES).map("".join))
def test_no_header_fails(header: str) -> None:
    assert style_for(header) in (DAY_FIRST, MONTH_FIRST)


@REPEATABLE
@given(
    st.lists(
        st.tuples(st.sampled_from(["en-US", "en-GB", "fil", "de", "*"]), st.integers(0, 1000)),
        max_size=8,
    )
)
def test_the_greatest_weight_decides_and_then_the_order(ranges: list[tuple[str, int]]) -> None:
    header = ", ".join(f"{tag};q={weight / 1000:.3f}" for tag, weight in ranges)
    accepted = [(tag, weight) for tag, weight in ranges if weight]
    best = max(accepted, key=lambda one: one[1], default=("*", 0))[0]
    assert style_for(header) is (MONTH_FIRST if best in ("en-US", "fil") else DAY_FIRST)


@pytest.mark.parametrize(("method", "when", "day_first", "month_first"), TEXTS)
def test_each_text_has_both_styles(
    method: str, when: date, day_first: str, month_first: str
) -> None:
    assert getattr(DAY_FIRST, method)(when) == day_first
    assert getattr(MONTH_FIRST, method)(when) == month_first


@pytest.mark.parametrize(("first", "last", "years", "day_first", "month_first"), SPANS)
def test_a_span_writes_the_month_and_year_once_if_both_days_share_them(
    first: str, last: str, years: dict[str, bool], day_first: str, month_first: str
) -> None:
    days = date.fromisoformat(first), date.fromisoformat(last)

    def written(style: DateStyle) -> str:
        return style.span(*days, **years)

    assert (written(DAY_FIRST), written(MONTH_FIRST)) == (day_first, month_first)


def test_a_month_is_the_same_in_both_styles() -> None:
    assert month_of(DAY) == "March 2026"


def test_no_other_module_or_template_writes_a_date_with_the_name_of_its_month() -> None:
    found = [
        f"{name}:{number}"
        for path in sorted((PROJECT / "integration").rglob("*.*"))
        if path.suffix in (".py", ".html")
        and not (name := path.relative_to(PROJECT).as_posix()).startswith(EXCEPTIONS)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if FORMAT.search(line)
    ]
    assert found == []
