"""Reads the search form of the page Missing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from integration.explain.outcomes import OUTCOMES
from integration.web.missing.search import SearchCriteria, Visibility
from integration.web.page.addresses import address
from integration.web.page.time_zone import Day, zone_of
from integration.web.page.visit import Visit

PATH = "/missing"
DAYS = 7
MAX_DAYS = 31  # all rows of these days are read
YEARS = range(2000, 2100)
TEXT_LIMIT = 200
PAGES = 1000


@dataclass(frozen=True)
class MissingSearch:
    """The fields of the form. `from_` and `to` are days as they were typed, `first` and `last` the
    days of the viewer's calendar that are searched. `wrong` says what is wrong with a field, by
    name; then nothing is searched.
    """

    first: Day
    last: Day
    from_: str
    to: str
    person: str
    topic: str
    meeting: str
    outcome: str
    number: int
    wrong: Mapping[str, str]

    @property
    def criteria(self) -> SearchCriteria:
        return SearchCriteria(
            start=self.first.starts_at,
            end=self.last.ends_at,
            person=self.person,
            topic=self.topic,
            name=_session_name(self.meeting),
            outcome=self.outcome,
        )

    @property
    def back(self) -> str:
        """What a link to one of the rows ends with, so that the way back leads to this search."""
        _, _, query = self.page(self.number).partition("?")
        return address("", {"back": query})

    def page(self, number: int) -> str:
        return address(
            PATH,
            {
                "person": self.person,
                "topic": self.topic,
                "meeting": self.meeting,
                "outcome": self.outcome,
                "from": self.from_,
                "to": self.to,
                "page": number if number > 1 else "",
            },
        )


def search_of(visit: Visit, sight: Visibility) -> MissingSearch:
    """The search in the query, by default of the last days."""
    zone = zone_of(visit.viewer.time_zone)
    today = visit.now.astimezone(zone).date()
    typed = {name: visit.query(name)[:TEXT_LIMIT] for name in ("from", "to")}
    days = {name: _day(text) for name, text in typed.items()}
    last = days["to"] or today
    first = days["from"] or last - timedelta(days=DAYS - 1)
    wrong = {
        name: f"“{text}” is not a date. Enter one such as 2026-03-29."
        for name, text in typed.items()
        if text and not days[name]
    }
    if not wrong:
        wrong = _wrong_range(first, last)
    outcome, number = visit.query("outcome"), visit.query("page")
    return MissingSearch(
        first=Day(first, zone),
        last=Day(last, zone),
        from_=typed["from"] or first.isoformat(),
        to=typed["to"] or last.isoformat(),
        person=visit.query("person")[:TEXT_LIMIT] if sight.sees_others else "",
        topic=visit.query("topic")[:TEXT_LIMIT],
        meeting=visit.query("meeting")[:TEXT_LIMIT],
        outcome=outcome if outcome in (*OUTCOMES, "missing") else "",
        number=min(max(int(number), 1), PAGES) if re.fullmatch(r"[0-9]{1,6}", number) else 1,
        wrong=wrong,
    )


def _wrong_range(first: date, last: date) -> dict[str, str]:
    if first > last:
        return {"from": "The start date cannot be after the end date."}
    days = (last - first).days + 1
    if days > MAX_DAYS:
        return {"to": f"These are {days:,} days. Choose up to {MAX_DAYS} days."}
    return {}


def _session_name(text: str) -> str:
    """The text without spaces if it is a meeting number: Zoom shows 852 1234 5678."""
    return re.sub(r"[\s-]", "", text) if re.fullmatch(r"[\d\s-]+", text) else text


def _day(text: str) -> date | None:
    """The date, or None if the text is none that can be searched for."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None
