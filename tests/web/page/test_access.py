"""What each role may do: every route with every role, from the list of routes."""

import re
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from integration.directory.rights import RIGHTS, Right, who_may
from integration.web.page.visit import PageRoute
from integration.web.page_part import page_routes
from integration.web.pages import PAGES
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import ROLES, Site, Visitor, user_id_of

NO_SUCH_ID = "00000000-0000-0000-0000-000000000000"
GUARDED = [route for route in PAGES if route.right is not Right.ANYONE]
# The table of the contract; a route is correct when it requires the right of its row.
MAY = {
    Right.SIGNED_IN: set(ROLES),
    Right.SEE_OWN: set(ROLES),
    Right.SEE_REPORTS: {"executive", "owner", "manager"},
    Right.SEE_TOPICS_OF_REPORTS: {"executive", "owner", "manager"},
    Right.SEE_TEAM: {"executive", "owner", "manager"},
    Right.CONNECT: {"executive", "admin", "technical_admin"},
    Right.DISCONNECT: {"executive", "admin"},
    Right.CHANGE_SETTINGS: {"executive", "owner", "admin", "technical_admin"},
    Right.SEE_SETTINGS: {"executive", "owner", "admin", "technical_admin"},
    Right.SEE_CONNECTIONS: {"executive", "owner", "admin", "technical_admin"},
    Right.SEE_ACTIVITY_COUNTS: {"executive", "owner", "admin"},
    Right.SEE_EVERY_TIMELINE: {"executive", "owner"},
    Right.SEE_CLIENTS: {"executive", "owner"},
    Right.SEE_EVERY_OUTCOME: {"executive", "owner", "admin"},
    Right.SEE_EVERY_TOPIC: {"executive", "owner"},
}


def ask(visitor: Visitor, route: PageRoute) -> Any:
    path = re.sub(r"\{[^}]+\}", NO_SUCH_ID, route.path)
    return visitor.get(path) if route.method == "GET" else visitor.send(path)


@pytest.fixture(scope="module")
def visitors(shared_site: Site) -> dict[str, Visitor]:
    return {role: shared_site.visitor(role) for role in ROLES}


@pytest.mark.parametrize("right", [right for right in Right if right is not Right.ANYONE])
def test_the_table_of_rights_matches_the_contract(right: Right) -> None:
    assert {role for role, rights in RIGHTS.items() if right in rights} == MAY[right]


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
def test_a_stranger_is_asked_to_sign_in(route: PageRoute, shared_site: Site) -> None:
    answer = ask(shared_site.stranger(), route)
    assert (answer.status_code, "You are not signed in" in answer.text) == (401, True)


@pytest.fixture(scope="module")
def ids_of_globex(shared_site: Site) -> dict[str, str]:
    """An id of the other organization for each name in an address. A new name needs one, too."""
    shared_site.rows(
        "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, imported_at, "
        "batch) values (%s, %s, %s, now(), 0)",
        "globex", ACCOUNTS[2], "zu-globex",
    )  # fmt: skip
    connection_id = shared_site.connect("globex", ACCOUNTS[2])
    ((change_id,),) = shared_site.rows(
        "insert into integration.mapping_changes (zoom_account_id, zoom_user_id) "
        "values (%s, 'zu-globex') returning change_id::text",
        ACCOUNTS[2],
    )
    return {
        "connection_id": connection_id,
        "zoom_user_id": "zu-globex",
        "user_id": user_id_of("member", "globex"),
        "session_id": "of-globex",  # real ones, from a batch, in test_missing.py
        "participant_id": "of-globex",
        "company_id": "of-globex",  # and in test_clients.py
        "person_id": "of-globex",
        "name": "no-setting",
        "change_id": change_id,
    }


@pytest.mark.parametrize(
    "route", [route for route in GUARDED if route.param_convertors], ids=lambda route: route.name
)
def test_an_id_of_another_organization_is_not_found(
    route: PageRoute, visitors: dict[str, Visitor], ids_of_globex: dict[str, str]
) -> None:
    path = route.path.format(**ids_of_globex)
    for role in sorted(MAY[route.right]):
        answer = visitors[role].get(path) if route.method == "GET" else visitors[role].post(path)
        assert (role, answer.status_code) == (role, 404)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
def test_a_route_is_open_to_the_roles_of_its_right_only(
    route: PageRoute, role: str, visitors: dict[str, Visitor]
) -> None:
    """Forms are sent without their token, so a role that may use the route is refused for that,
    and nothing is changed.
    """
    answer = ask(visitors[role], route)
    if role not in MAY[route.right]:
        assert answer.status_code == 403
        assert who_may(route.right) in answer.text
    elif route.method == "POST":
        assert answer.status_code == 403
        assert "Your change was not saved" in answer.text
    else:
        assert answer.status_code in (200, 303, 400, 404), answer.text


def test_every_page_has_declared_its_right() -> None:
    others = page_routes(PAGES)
    assert {type(route) for route in others} == {PageRoute, Mount}


def test_a_page_without_a_declared_right_cannot_be_registered() -> None:
    undeclared = Route("/services/zoom/secret", lambda _request: PlainTextResponse("secret"))
    with pytest.raises(TypeError, match="/services/zoom/secret"):
        page_routes([*PAGES, undeclared])


@pytest.mark.parametrize("role", ROLES)
def test_the_navigation_shows_only_what_the_viewer_may_open(
    role: str, visitors: dict[str, Visitor]
) -> None:
    page = visitors[role].get("/account").text
    navigation = re.search(r"<nav.*?</nav>", page, re.DOTALL)
    shown = re.findall(r'href="([^"]+)"', navigation[0] if navigation else "")
    assert {path: visitors[role].get(path).status_code for path in shown} == dict.fromkeys(
        shown, 200
    )
    opened = {route.path for route in PAGES if role in MAY.get(route.right, ())}
    assert [path for path in shown if path not in opened] == []
