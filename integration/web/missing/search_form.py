"""Reads the search of the Missing page: its form, and the filters that its links set."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from integration.explain.causes import CAUSES
from integration.web.missing.search import SearchCriteria
from integration.web.missing.seen import Visibility
from integration.web.page.addresses import address
from integration.web.page.time_zone import Day, zone_of
from integration.web.page.visit import Visit
from integration.zoom.features import FEATURES

PATH = "/missing"
DAYS = 7
MAX_DAYS = 31  # all rows of these days are read
YEARS = range(2000, 2100)
TEXT_LIMIT = 200
PAGES = 1000
MISSING, ALL = "missing", "all"
SHOWN = (MISSING, ALL, "activity", *CAUSES)


@dataclass(frozen=True)
class MissingSearch:
    """The fields of the form. `from_` and `to` are days as they were typed, `first` and `last` the
    days of the viewer's calendar that are searched. `wrong` says what is wrong with a field, by
    name; then nothing is searched. `outcome` is one of SHOWN: what is missing is shown by cause,
    all else row by row. `feature` and `of` narrow the rows to those of a group (SearchCriteria).
    """

    first: Day
    last: Day
    from_: str
    to: str
    person: str
    topic: str
    meeting: str
    outcome: str
    feature: str
    of: str
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
            cause="" if self.outcome == ALL else self.outcome,
            feature=self.feature,
            of=self.of,
        )

    @property
    def is_by_cause(self) -> bool:
        return self.outcome == MISSING

    @property
    def kept(self) -> Mapping[str, str]:
        """What a new search keeps besides the fields."""
        shown = "" if self.outcome == _by_default(self.meeting) else self.outcome
        kept = {"outcome": shown, "feature": self.feature, "of": self.of}
        return {name: value for name, value in kept.items() if value}

    @property
    def back(self) -> str:
        """What a link to one of the rows ends with, so that the way back leads to this search."""
        _, _, query = self.page(self.number).partition("?")
        return address("", {"back": query})

    def page(self, number: int) -> str:
        return self._address({"page": number if number > 1 else ""})

    def only(self, outcome: str, *, feature: str | None = None, of: str | None = None) -> str:
        """The address of the same search for one outcome, and of a feature and a person if given;
        for the whole organization otherwise.
        """
        shown = "" if outcome == _by_default(self.meeting) else outcome
        return self._address({"outcome": shown, "feature": feature or "", "of": of or ""})

    def _address(self, changed: Mapping[str, str | int], *, path: str = PATH) -> str:
        return address(
            path,
            {
                "person": self.person,
                "topic": self.topic,
                "meeting": self.meeting,
                "outcome": "",  # in this place, if it is kept
                "from": self.from_,
                "to": self.to,
                **self.kept,
                **changed,
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
    outcome, feature, number = map(visit.query, ("outcome", "feature", "page"))
    meeting = visit.query("meeting")[:TEXT_LIMIT]
    return MissingSearch(
        first=Day(first, zone),
        last=Day(last, zone),
        from_=typed["from"] or first.isoformat(),
        to=typed["to"] or last.isoformat(),
        person=visit.query("person")[:TEXT_LIMIT] if sight.sees_others else "",
        topic=visit.query("topic")[:TEXT_LIMIT],
        meeting=meeting,
        outcome=outcome if outcome in SHOWN else _by_default(meeting),
        feature=feature if feature in FEATURES else "",
        of=visit.query("of")[:TEXT_LIMIT],
        number=min(max(int(number), 1), PAGES) if re.fullmatch(r"[0-9]{1,6}", number) else 1,
        wrong=wrong,
    )


def _by_default(meeting: str) -> str:
    """What is missing; for a search by meeting ID, everything."""
    return ALL if meeting else MISSING


def _wrong_range(first: date, last: date) -> dict[str, str]:
    if first > last:
        return {"from": "The start date cannot be after the end date."}
    days = (last - first).days + 1
    if days > MAX_DAYS:
        return {"to": f"This range has {days:,} days. Choose up to {MAX_DAYS} days."}
    return {}


def _session_name(text: str) -> str:
    """The text without spaces if it is a meeting ID: Zoom shows 852 1234 5678."""
    return re.sub(r"[\s-]", "", text) if re.fullmatch(r"[\d\s-]+", text) else text


def _day(text: str) -> date | None:
    """The date, or None if the text is not a date that can be searched for."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None
