"""Dates in English, in the order of the language that a reader's browser asks for.

Mails, webhooks and commands, which do not know their reader's language, write the day first. Both
styles have 24 hours a day.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

# Written with strftime, the times of a long list take as long as the rest of its page.
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
SHORT_MONTHS = tuple(month[:3] for month in MONTHS)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class DateStyle:
    """A moment is written in its own time zone. The comments are the two styles' texts."""

    of_month: str  # the order of day and month
    comma: str  # before a year, and after a weekday

    def short(self, day: date) -> str:
        return self._written(day, SHORT_MONTHS, with_year=True)  # 2 Mar 2026 | Mar 2, 2026

    def without_year(self, day: date) -> str:
        return self._written(day, SHORT_MONTHS)  # 2 Mar | Mar 2

    def with_weekday(self, day: date) -> str:
        return f"{day:%a}{self.comma} {self.without_year(day)}"  # Mon 2 Mar | Mon, Mar 2

    def at(self, moment: datetime) -> str:
        return f"{self.short(moment)}, {clock(moment)}"  # 2 Mar 2026, 14:05 | Mar 2, 2026, 14:05

    def long(self, day: date) -> str:
        return self._written(day, MONTHS, with_year=True)  # 2 March 2026 | March 2, 2026

    def long_with_weekday(self, day: date) -> str:
        # Monday 2 March | Monday, March 2
        return f"{DAYS[day.weekday()]}{self.comma} {self._written(day, MONTHS)}"

    def long_at(self, moment: datetime) -> str:
        # 2 March 2026, 14:05 CET | March 2, 2026, 14:05 CET
        return f"{self.long(moment)}, {clock(moment)} {moment.tzname()}"

    def in_full(self, day: date) -> str:
        # Monday, 2 March 2026 | Monday, March 2, 2026
        return f"{DAYS[day.weekday()]}, {self.long(day)}"

    def in_full_at(self, moment: datetime) -> str:
        # Monday, 2 March 2026, 14:05:09 CET | Monday, March 2, 2026, 14:05:09 CET
        return f"{self.in_full(moment)}, {clock(moment)}:{moment.second:02} {moment.tzname()}"

    def span(
        self,
        first: date,
        last: date,
        *,
        is_short: bool = False,
        first_year: bool = False,
        last_year: bool = False,
    ) -> str:
        """The days from first to last, with the years that are asked for; the first day has none if
        both days are of the same month.
        """
        months = SHORT_MONTHS if is_short else MONTHS
        if (first.year, first.month) != (last.year, last.month):
            # 28 September – 4 October | September 28 – October 4
            start = self._written(first, months, with_year=first_year)
            return f"{start} – {self._written(last, months, with_year=last_year)}"
        # 2 – 8 March 2026 | March 2 – 8, 2026
        days = f"{first.day} – {last.day}" if first != last else ""
        return self._written(last, months, with_year=last_year, days=days)

    def _written(
        self, day: date, months: Sequence[str], *, with_year: bool = False, days: str = ""
    ) -> str:
        text = self.of_month.format(day=days or day.day, month=months[day.month - 1])
        return f"{text}{self.comma} {day.year}" if with_year else text


def clock(moment: datetime) -> str:
    return f"{moment.hour:02}:{moment.minute:02}"


DAY_FIRST = DateStyle("{day} {month}", "")
MONTH_FIRST = DateStyle("{month} {day}", ",")


def month_of(day: date) -> str:
    return f"{day:%B %Y}"  # March 2026, in both styles


def short_month_of(day: date) -> str:
    return f"{day:%b}"


# From CLDR 48: where a date with the name of its month is written as month, day and year, in every
# length. For CLDR, "en" is en-US; in a browser it is English of any region, so it is not here.
LANGUAGES = {"blo", "ceb", "chr", "ee", "fil", "gaa", "om", "or", "smn", "tl", "xh", "zu"}
REGIONS_OF_ENGLISH = {"as", "bi", "ca", "gu", "jp", "mh", "mp", "ph", "pr", "um", "us", "vi"}
# One language of the header, with its weight (RFC 9110, 12.5.4).
_RANGE = re.compile(
    r"[ \t]*(?P<language>\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)"
    r"[ \t]*(?:;[ \t]*q=(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?",
    re.IGNORECASE,
)


def style_for(accept_language: str | None) -> DateStyle:
    """The style of the language with the greatest weight, the first of several. What is malformed
    is ignored. The day is first if no language is left, or if any will do (`*`).
    """
    best, most = "*", 0.0
    for part in (accept_language or "").split(","):
        found = _RANGE.fullmatch(part)
        weight = float(found["weight"] or 1) if found else 0.0
        if found and weight > most:
            best, most = found["language"].lower(), weight
    return MONTH_FIRST if _is_month_first(best) else DAY_FIRST


def _is_month_first(tag: str) -> bool:
    language, *subtags = tag.split("-")
    if language != "en":
        return language in LANGUAGES
    after_script = subtags[1:] if subtags and len(subtags[0]) == 4 else subtags
    return bool(after_script) and after_script[0] in REGIONS_OF_ENGLISH
