"""A Technical Admin sets Zoom up, and reads nothing of anybody's activity: no topic, no count of
entries or sessions, and no hour.
"""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from integration.directory.rights import Right
from integration.web.page.visit import PageRoute
from integration.web.pages import PAGES
from simulator.world import World
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.forms import FORMS, MANAGER
from tests.web.page.site import Site, Visitor, user_id_of
from tests.web.page.story import PARALLEL, STRAY, story_site
from tests.web.page.zoom_users import words

ROLE = "technical_admin"
MEMBER = user_id_of("member")
# How long a sign-in lasts at most; and a page that explains with a made-up example.
NO_ACTIVITY, EXAMPLE = {"12 hours"}, "/clients/strength"
# "Two hats" is the viewer's own session, and "Switched off" is also the name of a filter.
NO_SECRETS = {"Two hats", "Switched off"}
COUNT = re.compile(
    r"(?<![:\d])\d[\d,]* (?:(?:more|past|of their) )*(?:entr(?:y|ies)|sessions?|meetings?|webinars?"
    r"|calls?|webhooks?)\b|[+−]\d[\d,]*|sessions without an entry",
    re.IGNORECASE,
)
HOURS = re.compile(r"\b\d+ (?:h|min|hours?)\b")
SWITCH = "?feature=meetings&to=off&since=day&day=2026-01-01"
QUERIES = {
    "/missing": f"?from={PARALLEL}&to={PARALLEL}&outcome=all&person=member",
    "/search": "?q=opening",
    "/team": f"?from={PARALLEL}",
    "/timeline": f"?day={PARALLEL}",
    "/services/zoom/users/{zoom_user_id}/change": f"?to={MANAGER}&since=day&day={PARALLEL}",
    "/services/zoom/features/many": f"{SWITCH}&everybody=yes",
    "/services/zoom/privacy/exclusions/add": "?kind=zoom_user&text=zu-acme-member&level=hide",
    "/services/zoom/privacy/{name}": "?to=none",
    "/services/zoom/domains/company": "?domain=client-one.com",
    "/services/zoom/domains/change": "?do=no_company&domain=client-one.com",
    **{
        f"/services/zoom/features/{whose}/change": SWITCH
        for whose in ("organization", "users/{user_id}")
    },
}
# Forms that show what they would do before they save what was shown.
SHOW_FIRST = {path for path in FORMS if re.search("/users/(bulk|upload|undo)", path)}
# Forms of settings, which this role saves; names of clients are for those who see clients.
SETS_UP = [
    route.path
    for route in PAGES
    if route.right is Right.CHANGE_SETTINGS
    and route.path.startswith("/services")
    and route.path != "/services/zoom/domains/try"  # which answers without saving anything
]


@pytest.fixture(scope="module")
def acme(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The story, in a database of its own because the forms change it."""
    with story_site(server_url, zoom, tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture(scope="module")
def topics(acme: Site) -> list[str]:
    found = [
        topic for (topic,) in acme.rows("select distinct topic from intermediate.int_sessions")
    ]
    assert len(found) > 9
    return [topic for topic in found if topic not in NO_SECRETS]


@pytest.fixture(scope="module")
def ids(acme: Site) -> dict[str, str]:
    """Values of the story for the names in addresses and forms."""
    ((session_id, participant_id),) = acme.rows(
        "select session_id, participant_id from timeline.participants "
        "where organization_id = 'acme' and outcome = 'not_mapped' and email = %s",
        STRAY.email,
    )
    ((person_id, company_id),) = acme.rows(
        "select person_id, company_id from clientsights.people "
        "where organization_id = 'acme' and email = 'cleo@client-one.com'"
    )
    ((connection_id,),) = acme.rows(
        "select connection_id from integration.connections where zoom_account_id = %s", ACCOUNTS[0]
    )
    ((request, exclusion, change_id),) = acme.rows(
        "select (select max(request_id)::text from integration.mapping_requests), "
        "(select max(exclusion_id)::text from integration.exclusions), "
        "(select min(change_id)::text from integration.mapping_changes)"
    )
    acme.rows("insert into integration.own_domains values ('acme', 'acme-labs.com')")
    ((entry,),) = acme.rows(
        "insert into integration.audit_trail (organization_id, user_id, kind, subject, details) "
        "values ('acme', 'acme-admin', 'own_domain_added', 'acme-labs.com', %s) "
        "returning entry_id::text",
        '{"edits": [{"table": "own_domains", "key": "acme-labs.com", "before": null, '
        '"after": {}}]}',
    )
    return {
        "entry": entry, "organization_id": "acme", "session_id": session_id,
        "participant_id": participant_id,
        "person_id": person_id, "company_id": company_id, "connection_id": connection_id,
        "zoom_user_id": STRAY.zoom_user_id, "user_id": MEMBER, "name": "topics",
        "request": request, "exclusion": exclusion, "change_id": change_id,
    }  # fmt: skip


def secrets_of(page: str, topics: list[str]) -> set[str]:
    """What a Technical Admin must not read: topics anywhere, counts and hours in the text."""
    text = words(unescape(page))
    counts = {found[0] for pattern in (COUNT, HOURS) for found in pattern.finditer(text)}
    return counts - NO_ACTIVITY | {topic for topic in topics if topic in unescape(page)}


def walked(visitor: Visitor, ids: dict[str, str], topics: list[str]) -> dict[str, set[str]]:
    """The secrets of every page, by address."""
    return {
        route.path: secrets_of(
            visitor.get(route.path.format(**ids) + QUERIES.get(route.path, "")).text, topics
        )
        for route in PAGES
        if route.method == "GET" and route.path not in (EXAMPLE, "/account/download")
    }


def test_no_page_shows_a_topic_a_count_or_an_hour(
    acme: Site, ids: dict[str, str], topics: list[str]
) -> None:
    found = walked(acme.visitor(ROLE), ids, topics)
    assert {path: secrets for path, secrets in found.items() if secrets} == {}


def test_an_executive_reads_all_of_it(acme: Site, ids: dict[str, str], topics: list[str]) -> None:
    """Otherwise the test above could not fail."""
    found = walked(acme.visitor("executive"), ids, topics)
    assert {"Opening", "Side talk"} <= set().union(*found.values())
    assert found["/services/zoom/users/{zoom_user_id}"] >= {"1 session"}
    assert found["/services/zoom/users/{zoom_user_id}/change"] >= {"+1"}
    assert found["/services/zoom/features/organization/change"] >= {"−12"}
    assert found["/services/zoom/features/many"] >= {"−12"}
    assert found["/services/zoom/privacy/{name}"] >= {"13 sessions"}
    assert found["/services/zoom/users"] >= {"Sessions without an entry"}
    assert any(HOURS.fullmatch(one) for one in found["/team"])


def test_a_preview_says_who_and_what_changes(acme: Site) -> None:
    visitor = acme.visitor(ROLE)
    path = f"/services/zoom/users/zu-acme-member/change?to=nobody&since=day&day={PARALLEL}"
    page = words(visitor.get(path).text)
    assert "Current mapping Member of Acme" in page
    assert "New mapping Nobody" in page
    assert "Entries for sessions that ended since 10 Mar 2026 may be added or removed." in page
    assert "Your role cannot see how many." in page


def test_every_form_is_named() -> None:
    assert set(FORMS) == {route.path for route in PAGES if route.method == "POST"}


@pytest.mark.parametrize(
    "route", [route for route in PAGES if route.method == "POST"], ids=lambda route: route.path
)
def test_no_answer_to_a_form_shows_them_either(
    route: PageRoute, acme: Site, ids: dict[str, str], topics: list[str]
) -> None:
    visitor = acme.visitor(ROLE)
    fields = {name: value.format(**ids) for name, value in FORMS[route.path].items()}
    answer = visitor.post(route.path.format(**ids), fields)
    if route.path in SETS_UP:
        assert answer.status_code == (200 if route.path in SHOW_FIRST else 303), answer.text
    pages = [answer.text]
    if answer.is_redirect:
        pages += [visitor.follow(answer.headers["location"]).text]
    assert set().union(*(secrets_of(page, topics) for page in pages)) == set()
