"""`/search`: colleagues, external people and companies, and sessions by topic. Each group has what
the viewer may open; what is hidden from them cannot be searched for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import psycopg
from starlette.responses import Response

from integration.directory.profiles import Profile, search_profiles
from integration.directory.rights import Right
from integration.directory.text_search import patterns_of
from integration.privacy.access_log import Act
from integration.web.clients.grouped import GroupedCompany, grouped_companies
from integration.web.missing.routes import visibility_of
from integration.web.missing.search_form import MAX_DAYS
from integration.web.missing.search_form import PATH as MISSING
from integration.web.missing.seen import Visibility, outcomes_exist
from integration.web.page.addresses import address
from integration.web.page.time_zone import zoned
from integration.web.page.visit import PageRoute, Visit
from integration.web.search.asked import Asked, asked_in
from integration.web.search.clients import (
    FoundCompany,
    FoundPerson,
    find_companies,
    find_people,
    person_with,
)
from integration.web.search.sessions import (
    TOPIC_DAYS,
    FoundSession,
    find_sessions_by_topic,
    latest_with_number,
)
from integration.web.timeline.routes import address_of

PATH = "/search"
SHOWN = 10  # of each group
_LIMIT = SHOWN + 1  # one more shows that there are more


@dataclass(frozen=True)
class Found:
    """Up to `_LIMIT` of each group; a group that the viewer may not see is empty."""

    colleagues: list[Profile] = field(default_factory=list)
    people: list[FoundPerson] = field(default_factory=list)
    companies: Sequence[FoundCompany | GroupedCompany] = field(default_factory=list)
    sessions: list[FoundSession] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.colleagues or self.people or self.companies or self.sessions)


def search(visit: Visit) -> Response:
    asked, found = asked_in(visit), Found()
    with visit.transaction() as connection:
        sight = visibility_of(connection, visit)
        if asked.meeting_number:
            return visit.go(_missing_with_number(visit, connection, sight, asked.meeting_number))
        if asked.text:
            found = _find(visit, connection, sight, asked)
        visit.record(
            connection,
            Act.SEARCH,
            users=[
                *(one.user_id for one in found.colleagues[:SHOWN]),
                *(user for one in found.sessions[:SHOWN] for user in one.colleague_ids),
            ],
            persons=[one.person_id for one in found.people[:SHOWN]],
        )
    return visit.render(
        "search/search.html",
        asked=asked,
        sight=sight,
        found=found,
        shown=SHOWN,
        topic_days=TOPIC_DAYS,
        missing_days=MAX_DAYS,
        colleague_address=colleague_address,
        session_address=session_address,
        all_sessions=all_sessions,
        address=address,
    )


def _find(visit: Visit, connection: psycopg.Connection, sight: Visibility, asked: Asked) -> Found:
    """A complete email that is somebody's finds only them."""
    organization = {"organization_id": visit.viewer.organization_id}
    patterns = patterns_of(connection, asked.text)
    if not patterns:
        return Found()
    found = Found(colleagues=_colleagues(visit, connection, sight, asked))
    is_one = [one.email.lower() for one in found.colleagues] == [asked.email]
    if is_one or not outcomes_exist(connection):
        return found
    if visit.may(Right.SEE_EVERY_TIMELINE):
        if asked.email and (person := person_with(connection, asked.email, **organization)):
            return Found(people=[person])
        found = replace(
            found,
            people=find_people(connection, patterns, **organization, limit=_LIMIT),
            companies=find_companies(connection, patterns, **organization, limit=_LIMIT),
        )
    elif visit.may(Right.SEE_CLIENTS):  # groups only: what the list of companies shows
        found = replace(
            found,
            companies=grouped_companies(
                connection, **organization, search=asked.text, limit=_LIMIT, offset=0
            ),
        )
    sessions = find_sessions_by_topic(connection, sight, patterns, now=visit.now, limit=_LIMIT)
    return replace(found, sessions=sessions)


def _colleagues(
    visit: Visit, connection: psycopg.Connection, sight: Visibility, asked: Asked
) -> list[Profile]:
    """Those whose day, or whose outcomes, the viewer may see."""
    if not sight.sees_everyone and not visit.may(Right.SEE_REPORTS):
        return []
    return search_profiles(
        connection,
        asked.email or asked.text,
        organization_id=visit.viewer.organization_id,
        limit=_LIMIT,
        among=None if sight.sees_everyone else [visit.viewer.user_id, *sight.reports],
    )


def colleague_address(visit: Visit, colleague: Profile) -> str:
    """Their day, or their sessions on the Missing page for a viewer who sees outcomes only."""
    if colleague.user_id == visit.viewer.user_id or visit.may(Right.SEE_REPORTS):
        return address_of(visit, colleague.user_id)
    return address(MISSING, {"person": colleague.email})


def session_address(visit: Visit, session: FoundSession) -> str:
    """The viewer's own day if it has an entry for the session; else the session's outcomes."""
    zone = visit.viewer.time_zone
    if session.entry_started_at:
        day = zoned(session.entry_started_at, zone).date()
        return address(address_of(visit, visit.viewer.user_id), {"day": day.isoformat()})
    ended = zoned(session.ended_at, zone).date().isoformat()
    name = session.zoom_meeting_id or session.session_id
    return address(MISSING, {"meeting": name, "from": ended, "to": ended})


def all_sessions(visit: Visit, asked: Asked) -> str:
    """The longest time that the Missing page searches, up to today."""
    return _missing_until(visit, visit.now, {"topic": asked.text})


def _missing_with_number(
    visit: Visit, connection: psycopg.Connection, sight: Visibility, number: str
) -> str:
    """The Missing page, for the days up to the latest session with the number."""
    latest = latest_with_number(connection, sight, number) if outcomes_exist(connection) else None
    return _missing_until(visit, latest.ended_at if latest else visit.now, {"meeting": number})


def _missing_until(visit: Visit, moment: datetime, query: dict[str, str]) -> str:
    last = zoned(moment, visit.viewer.time_zone).date()
    first = last - timedelta(days=MAX_DAYS - 1)
    return address(MISSING, {**query, "from": first.isoformat(), "to": last.isoformat()})


PAGES = (PageRoute(PATH, search, right=Right.SEE_OWN, shows=Act.SEARCH),)
