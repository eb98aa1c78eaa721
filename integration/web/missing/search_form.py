"""Reads the search form of the page Missing."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from integration.explain.outcomes import OUTCOMES
from integration.web.missing.search import SearchCriteria, Visibility
from integration.web.page.refusals import bad_form
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
    """The fields of the form; `first` and `last` are days of the viewer's calendar."""

    first: Day
    last: Day
    person: str
    topic: str
    meeting: str
    outcome: str
    number: int

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

    def page(self, number: int) -> str:
        asked = {
            "person": self.person,
            "topic": self.topic,
            "meeting": self.meeting,
            "outcome": self.outcome,
            "from": self.first.date.isoformat(),
            "to": self.last.date.isoformat(),
            "page": number if number > 1 else "",
        }
        return f"{PATH}?{urlencode({name: text for name, text in asked.items() if text})}"


def search_of(visit: Visit, sight: Visibility) -> MissingSearch:
    """The search in the query. Raises Refusal for an invalid or too long range of days."""
    zone = zone_of(visit.viewer.time_zone)
    today = visit.now.astimezone(zone).date()
    last = _day(visit.query("to")) or today
    first = _day(visit.query("from")) or last - timedelta(days=DAYS - 1)
    if not first <= last < first + timedelta(days=MAX_DAYS):
        raise bad_form(
            f"Choose a range of up to {MAX_DAYS} days. The start date cannot be after the end date."
        )
    outcome, number = visit.query("outcome"), visit.query("page")
    return MissingSearch(
        first=Day(first, zone),
        last=Day(last, zone),
        person=visit.query("person")[:TEXT_LIMIT] if sight.sees_others else "",
        topic=visit.query("topic")[:TEXT_LIMIT],
        meeting=visit.query("meeting")[:TEXT_LIMIT],
        outcome=outcome if outcome in (*OUTCOMES, "missing") else "",
        number=min(max(int(number), 1), PAGES) if re.fullmatch(r"[0-9]{1,6}", number) else 1,
    )


def _session_name(text: str) -> str:
    """The text without spaces if it is a meeting number: Zoom shows 852 1234 5678."""
    return re.sub(r"[\s-]", "", text) if re.fullmatch(r"[\d\s-]+", text) else text


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise bad_form("Enter a date in the format 2026-03-29.")
    return day
