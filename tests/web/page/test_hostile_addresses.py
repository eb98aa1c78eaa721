"""Whatever an address contains, the response is a page or a refusal, never a server error."""

import re
from collections.abc import Iterator

import pytest

from integration.web.pages import PAGES
from tests.web.page.site import Site, Visitor

PARTS = re.compile(r"\{\w+\}")
HOSTILE = {
    "a NUL": "%00",
    "a NUL within": "a%00b",
    "bad UTF-8": "%C0%AF",
    "half a character": "%E2%82",
    "half of a pair": "%ED%A0%80",
    "a long part": "x" * 5000,
    "many parts": "a/" * 500,
    "up and up": "..%2F..%2Fetc%2Fpasswd",
    "a quote": "'%22%3B--",
    "a percent sign": "%25%25%7B",
    "letters that change direction": "%E2%80%AE",
    "a line break": "%0D%0AX-Evil:%201",
    "a huge number": "1e999999",
}
QUERIES = (
    "?q=%00&page=%00&day=%00",
    "?page=99999999999999999999&day=9999-99-99&q=%FF",
    "?" + "a=b&" * 2000,
)
READ = [route.path for route in PAGES if route.method == "GET"]


@pytest.fixture
def visitors(site: Site) -> Iterator[list[Visitor]]:
    return [site.stranger(), *(site.visitor(role) for role in ("executive", "member"))]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_part_of_an_address_causes_no_error(name: str, visitors: list[Visitor]) -> None:
    addresses = [PARTS.sub(HOSTILE[name], path) for path in READ if PARTS.search(path)]
    assert {
        (address, answer.status_code)
        for visitor in visitors
        for address in addresses
        if (answer := visitor.get(address)).status_code >= 500
    } == set()


def test_a_part_with_a_nul_and_a_part_that_is_too_long_are_not_found(
    visitors: list[Visitor],
) -> None:
    _, executive, _ = visitors
    for part in ("%00", "x" * 201):
        for path in READ:
            if PARTS.search(path):
                assert executive.get(PARTS.sub(part, path)).status_code == 404, path


@pytest.mark.parametrize("query", QUERIES, ids=["NULs", "nonsense", "many"])
def test_a_hostile_query_causes_no_error(query: str, visitors: list[Visitor]) -> None:
    paths = [path for path in READ if not PARTS.search(path)]
    assert {
        (path, answer.status_code)
        for visitor in visitors
        for path in paths
        if (answer := visitor.get(path + query)).status_code >= 500
    } == set()
