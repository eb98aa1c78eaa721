"""A form or a filter that is refused keeps what was entered: it is shown again with the values and
an error beside the field, or a link leads back to a page that has them.
"""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from integration.web.features.selection import MOST_TICKED
from integration.web.page.way_back import WAYS
from integration.web.pages import PAGES
from integration.web.users.bulk.choices import MOST_CHOICES
from simulator.world import World
from tests.web.page.forms import FORMS
from tests.web.page.site import Site, Visitor
from tests.web.page.story import PARALLEL, STRAY, story_site
from tests.web.page.wrong_entries import (
    ACCOUNT_OF_ZOOM,
    BULK,
    CASES,
    DOMAINS,
    EXCLUSIONS,
    FEATURES,
    FILTERS,
    MEMBER,
    NAME,
    USERS,
    Fields,
    Wrong,
)

# Of a form that is filled in by another one, or has nothing to enter, nothing can be wrong.
NOTHING_ENTERED = {
    "/sign-out",
    "/notice",
    "/account/sessions/end-others",
    "/services/zoom/notifications/test",
    "/services/zoom/overview/reviewed",
    "/services/zoom/overview/check-address",
    "/services/zoom/overview/test-meeting/start",
}
# A link that was mailed cannot be corrected, only asked for again.
LINKS = {"/sign-in": 401, "/digest/stop": 400}
# What was undone already, or too late, is said on the list. Nothing was entered.
SAID_ON_THE_LIST = {f"{FEATURES}/undo"}


@pytest.fixture(scope="module")
def acme(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The story, in a database of its own in case that a form is not refused."""
    with story_site(server_url, zoom, tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture(scope="module")
def ids(acme: Site) -> dict[str, str]:
    ((person_id, connection_id, request),) = acme.rows(
        "select person_id, (select connection_id from integration.connections "
        "where organization_id = 'acme' and disconnected_at is null), "
        "(select max(request_id)::text from integration.mapping_requests) "
        "from clientsights.people where organization_id = 'acme' and email = %s",
        "cleo@client-one.com",
    )
    return {
        "person_id": person_id, "connection_id": connection_id, "request": request,
        "zoom_user_id": STRAY.zoom_user_id, "user_id": MEMBER,
    }  # fmt: skip


@pytest.fixture(scope="module")
def executive(acme: Site) -> Visitor:
    return acme.visitor("executive")


def sent(visitor: Visitor, wrong: Wrong, ids: dict[str, str]) -> requests.Response:
    path = wrong.path.format(**ids)
    pairs = [
        (name, each.format(**ids))
        for name, value in wrong.sent.items()
        for each in ([value] if isinstance(value, str) else value)
    ]
    return visitor.post(path, pairs)


def check(answer: requests.Response, wrong: Wrong, visitor: Visitor, ids: dict[str, str]) -> None:
    assert answer.status_code == wrong.status, answer.headers.get("location") or answer.text[-900:]
    if not wrong.back:
        assert_kept(Fields(answer.text), wrong, ids)
        assert wrong.at, "the case does not say which field is wrong"
        return
    (link,) = re.findall(r'class="button button-main" href="([^"]*)"', answer.text)
    assert unescape(link) == wrong.back.format(**ids)
    page = visitor.get(unescape(link))
    assert page.status_code == 200
    assert_kept(Fields(page.text), wrong, ids)


def assert_kept(fields: Fields, wrong: Wrong, ids: dict[str, str]) -> None:
    kept = {(name, value.format(**ids)) for name, value in wrong.kept.items()}
    assert kept - set(fields.values) == set()
    if wrong.at:
        assert set(fields.wrong) == {wrong.at}
        assert fields.wrong[wrong.at] in fields.ids


@pytest.mark.parametrize("wrong", CASES, ids=lambda wrong: wrong.id)
def test_a_refused_form_keeps_what_was_entered(
    wrong: Wrong, executive: Visitor, acme: Site, ids: dict[str, str]
) -> None:
    visitor = acme.stranger() if wrong.path == "/mailed-link" else executive
    if visitor is executive:
        check(sent(visitor, wrong, ids), wrong, visitor, ids)
    else:  # signed in, it says that one is
        check(visitor.send(wrong.path, [*wrong.sent.items()]), wrong, visitor, ids)


@pytest.mark.parametrize("wrong", FILTERS, ids=lambda wrong: wrong.path)
def test_a_refused_filter_keeps_what_was_entered(
    wrong: Wrong, executive: Visitor, ids: dict[str, str]
) -> None:
    check(executive.get(wrong.path.format(**ids)), wrong, executive, ids)


def test_every_form_is_tried_with_wrong_entries() -> None:
    """A new form needs a case."""
    routes = {route.path: route.path_regex for route in PAGES if route.method == "POST"}
    made_up = {name: name for name in re.findall(r"{(\w+)}", " ".join(FORMS))}
    tried = {wrong.path.format(**made_up | {"request": "1"}) for wrong in CASES}
    tried |= NOTHING_ENTERED | LINKS.keys() | SAID_ON_THE_LIST
    assert {path for path, regex in routes.items() if not any(map(regex.match, tried))} == set()


@pytest.mark.parametrize("path", LINKS)
def test_a_link_that_does_not_work_says_how_to_get_another(path: str, acme: Site) -> None:
    answer = acme.stranger().get(f"{path}?token=made-up")
    assert answer.status_code == LINKS[path]
    (link,) = re.findall(r'class="button button-main" href="([^"]*)"', answer.text)
    assert link.startswith("/sign-in")


def test_no_address_has_a_field_that_its_page_does_not_read(
    executive: Visitor, ids: dict[str, str]
) -> None:
    """Neither the token of the form nor what somebody adds to it."""
    for wrong in CASES:
        if not wrong.back or wrong.path == "/mailed-link":
            continue
        added = {"surplus": "surplus-value", "password": "surplus-value"}
        answer = sent(executive, Wrong(wrong.path, wrong.sent | added), ids)
        links = [unescape(link) for link in re.findall(r'href="([^"]*)"', answer.text)]
        assert [link for link in links if "surplus" in link or "csrf" in link] == []


def test_every_way_back_has_a_case() -> None:
    """That a page takes its fields back is seen only by following the link."""
    files = {route for route in WAYS if route.endswith(".csv")}
    backs = {urlsplit(wrong.back).path for wrong in (*CASES, *FILTERS) if wrong.back}
    for route, way in WAYS.items():
        if route in files:
            continue
        path = re.sub(r"{\w+}", "", way.path)
        assert any(back.startswith(path) for back in backs), route


def test_the_way_back_from_a_preview_has_the_rows_that_were_ticked(
    executive: Visitor, ids: dict[str, str]
) -> None:
    fields = {
        "what": "ticked", "zoom_user": "{zoom_user_id}", "to:{zoom_user_id}": "nobody of this name",
        "back": "q=stray&show=unmapped",
    }  # fmt: skip
    pairs = [(name.format(**ids), value.format(**ids)) for name, value in fields.items()]
    page = executive.post(BULK, pairs).text
    assert "no WorkSights user has the name" in unescape(page)
    back = Fields(page)
    again = [pair for pair in back.values if pair[0] in ("choices", "back", "seen")]
    for answer in (page, executive.post(BULK, [*again, ("since", "now")]).text):
        (link,) = re.findall(r'class="back"><a href="([^"]*)"', answer)
        values = dict(parse_qsl(urlsplit(unescape(link)).query))
        assert values == {
            "q": "stray",
            "show": "unmapped",
            "ticked": ids["zoom_user_id"],
            f"to:{ids['zoom_user_id']}": "nobody of this name",
        }
        shown = Fields(executive.get(unescape(link)).text).values
        assert ("zoom_user", ids["zoom_user_id"]) in shown
        assert (f"to:{ids['zoom_user_id']}", "nobody of this name") in shown


def test_limits_are_stated_before_they_are_reached(executive: Visitor, ids: dict[str, str]) -> None:
    for path, limit in (
        (FEATURES, f"up to {MOST_TICKED:,}"),
        (f"{USERS}?show=unmapped", f"Up to {MOST_CHOICES:,} Zoom users at once"),
        (f"{USERS}/upload", "Up to "),
        (f"/missing?from={PARALLEL}&to={PARALLEL}", "up to 31 days"),
        (ACCOUNT_OF_ZOOM, "Up to "),
    ):
        assert limit in executive.get(path.format(**ids)).text
    for path in (FEATURES, f"{USERS}?show=unmapped", "/missing", EXCLUSIONS, DOMAINS,
                 f"{DOMAINS}/try", f"{DOMAINS}/rules", f"{DOMAINS}/companies", "/clients",
                 ACCOUNT_OF_ZOOM, NAME.removesuffix("/name")):  # fmt: skip
        page = executive.get(path.format(**ids)).text
        texts = re.findall(r"<input(?![^>]*type=\"(?:hidden|checkbox|radio|date)\")[^>]*>", page)
        assert texts
        assert [one for one in texts if "maxlength" not in one] == []
