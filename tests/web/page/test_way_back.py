"""The way back from a page leads to the list as it was: its search, filter and page."""

import re
from html import unescape
from urllib.parse import quote

import pytest

from tests.web.page.site import Site, Visitor, user_id_of
from tests.web.page.story import PARALLEL

USERS, FEATURES = "/services/zoom/users", "/services/zoom/features"


@pytest.fixture(scope="module")
def executive(story: Site) -> Visitor:
    return story.visitor("executive")


def link(visitor: Visitor, path: str, pattern: str) -> str:
    """The first link of a page with this address."""
    answer = visitor.get(path)
    assert answer.status_code == 200
    return next(
        unescape(found)
        for found in re.findall(r'href="([^"]*)"', answer.text)
        if re.match(pattern, unescape(found))
    )


def back_from(visitor: Visitor, path: str) -> str:
    return unescape(re.search(r'class="back"><a href="([^"]*)"', visitor.get(path).text)[1])


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        (f"{USERS}?q=acme.example&show=mapped", f"{USERS}/"),
        (f"{FEATURES}?q=of+acme", f"{FEATURES}/users/"),
        (
            f"/missing?person=member&outcome=activity&from={PARALLEL}&to={PARALLEL}",
            "/missing/",
        ),
    ],
)
def test_the_way_back_keeps_search_and_filter(
    executive: Visitor, address: str, opened: str
) -> None:
    assert back_from(executive, link(executive, address, opened)) == address


def test_a_preview_leads_back_through_the_page_it_was_opened_from(executive: Visitor) -> None:
    for address, opened in (
        (f"{USERS}?q=stray", f"{USERS}/zu-stray"),
        (f"{FEATURES}?q=member", f"{FEATURES}/users/"),
    ):
        page = link(executive, address, opened)
        preview = link(executive, page, r".*/change\?")
        assert back_from(executive, preview) == page
        assert back_from(executive, page) == address


def test_after_saving_the_way_back_is_still_known(site: Site) -> None:
    member = f"{FEATURES}/users/{user_id_of('member')}"
    fields = {"feature": "phone", "to": "off", "since": "now", "back": "q=member&page=2"}
    site.connect("acme", "AcmeZoomAccount0000000")
    admin = site.visitor("admin")
    answer = admin.post(f"{member}/change", fields)
    assert answer.headers["location"] == f"{member}?back=q%3Dmember%26page%3D2"
    assert back_from(admin, answer.headers["location"]) == f"{FEATURES}?q=member&page=2"


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "x" * 600, "q=a\r\nX: y", "q=1&q=2&page=x"]
)
def test_the_way_back_leads_to_no_other_site(executive: Visitor, back: str) -> None:
    leads_to = back_from(executive, f"{USERS}/zu-stray?back={quote(back)}")
    assert re.fullmatch(rf"{USERS}(\?[ -~]+)?", leads_to)
    assert executive.get(leads_to).status_code == 200
