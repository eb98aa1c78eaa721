"""Every page writes its dates as the visitor's language does."""

import re
from calendar import month_abbr, month_name
from collections.abc import Callable
from html import unescape

import pytest

from integration.web.pages import PAGES
from tests.web.page.site import Site, user_id_of

BRITISH, AMERICAN = "en-GB,en;q=0.9", "en-US,en;q=0.9"
NAMES = "|".join([*month_name[1:], *month_abbr[1:]])
DAY_FIRST = re.compile(rf"\b\d{{1,2}}\s+(?:{NAMES})\b")
MONTH_FIRST = re.compile(rf"\b(?:{NAMES})\s+\d{{1,2}}\b")
ZOOM = "/services/zoom"
PAST, BEFORE = "since=day&day=2026-03-01", "since=day&day=2020-03-01"
DATED = [
    *("/team?week=2026-W11", "/team?week=2026-W14", "/team?month=2026-03"),
    *("/timeline/{user_id}?day=2026-03-10", "/timeline/{user_id}?day=2026-03-16"),
    *("/timeline/{user_id}?week=2026-03-10", "/timeline/{user_id}?week=2026-03-31"),
    *("/clients?period=all", "/clients/people?period=all", "/clients?period=90"),
    *("/clients/companies/{company_id}", "/clients/companies/{company_id}?weights=1"),
    "/clients/people/{person_id}",
    *("/missing?from=2026-03-01&to=2026-03-20", "/missing?meeting=Still+open"),
    "/missing?from=2026-03-01&to=2026-03-20&outcome=all",
    "/missing/{session_id}/{participant_id}",
    *(f"{ZOOM}/overview", f"{ZOOM}/overview/changes"),
    *(f"{ZOOM}/users/zu-acme-technical_admin", f"{ZOOM}/users/{{zoom_user_id}}/request"),
    f"{ZOOM}/users/{{zoom_user_id}}/change?to={{user_id}}&{PAST}",
    f"{ZOOM}/users/{{zoom_user_id}}/change?to={{user_id}}&{BEFORE}",
    f"{ZOOM}/features/many?feature=phone&to=on&user={{user_id}}&{BEFORE}",
    f"{ZOOM}/features/users/{{user_id}}/change?feature=meetings&to=off&{PAST}",
    *(f"{ZOOM}/connections", f"{ZOOM}/privacy/exclusions"),
    "/account",
]
OTHERS = [
    route.path
    for route in PAGES
    if route.method == "GET" and not route.path.startswith("/sign-in") and route.path[-4:] != ".csv"
]
Reading = Callable[[str, str], str]


@pytest.fixture(scope="module")
def read(story: Site) -> Reading:
    """The page at an address, with dates in the order of a language."""
    ((session_id, participant_id, company_id, person_id, connection_id),) = story.rows(
        """
        select participants.session_id, participants.participant_id, people.company_id,
            people.person_id, connections.connection_id
        from timeline.participants, clientsights.people, integration.connections
        where participants.organization_id = 'acme' and participants.email like 'stray@%%'
            and participants.outcome = 'not_mapped'
            and people.organization_id = 'acme' and people.email = 'cleo@client-one.com'
            and connections.organization_id = 'acme' and connections.disconnected_at is null
        """
    )
    ((change_id,),) = story.rows("select min(change_id)::text from integration.mapping_changes")
    ids = {
        "session_id": session_id, "participant_id": participant_id, "company_id": company_id,
        "person_id": person_id, "connection_id": connection_id, "change_id": change_id,
        "user_id": user_id_of("member"), "zoom_user_id": "zu-stray", "organization_id": "acme",
        "name": "topics",
    }  # fmt: skip
    visitor = story.visitor("executive")

    def page(path: str, language: str) -> str:
        headers = {"Accept-Language": language} if language else {}
        return unescape(visitor.get(path.format(**ids), headers=headers).text)

    return page


@pytest.mark.parametrize("path", DATED)
def test_a_page_with_dates_writes_them_in_the_order_of_the_language(
    read: Reading, path: str
) -> None:
    american, british = read(path, AMERICAN), read(path, BRITISH)
    assert (DAY_FIRST.findall(american), MONTH_FIRST.findall(british)) == ([], [])
    assert len(MONTH_FIRST.findall(american)) == len(DAY_FIRST.findall(british)) > 0


@pytest.mark.parametrize("path", OTHERS)
def test_no_page_has_a_date_of_the_other_order(read: Reading, path: str) -> None:
    assert DAY_FIRST.findall(read(path, AMERICAN)) == []
    assert MONTH_FIRST.findall(read(path, BRITISH)) == []


@pytest.mark.parametrize("language", ["", "de", "en", ";;q=,*"])
def test_without_a_language_that_has_the_month_first_the_day_is_first(
    read: Reading, language: str
) -> None:
    assert "9 – 13 March" in read("/team?week=2026-W11", language)
    assert MONTH_FIRST.findall(read("/team?week=2026-W11", language)) == []
