"""The page that says how strength is computed, with the numbers of the functions themselves."""

import re
from html import unescape
from math import exp

import pytest
from psycopg.sql import SQL, Identifier, Literal

from integration.database.postgres import connect
from integration.web.clients.routes import STRENGTH
from integration.web.clients.strength import Formula, example_of, formula, grades
from tests.web.page.site import ROLES, Site, Visitor
from tests.web.page.zoom_users import words

NAME = "How strength is computed"
# Function -> another value of it, and what the page then says.
OTHERS = {
    "half_life_days": (45, "falls a little each day and halves every 45 days"),
    "most_minutes": (77, "up to 77 per session"),
    "scale_minutes": (88, "e −w / 88"),
    "webinar_factor": (0.25, "multiplied by 0.25 if one of the two hosted it"),
}


def text_of(visitor: Visitor) -> str:
    answer = visitor.get(STRENGTH)
    assert answer.status_code == 200
    return words(unescape(answer.text))


def links_in(visitor: Visitor, path: str) -> int:
    """How many links with that name lead to the page."""
    page = visitor.get(path).text
    found = re.findall(rf'<a [^>]*href="{STRENGTH}"[^>]*>[^<]*</a>', page)
    assert all(NAME in one for one in found)
    return len(found)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_can_read_it(role: str, shared_site: Site) -> None:
    page = text_of(shared_site.visitor(role))
    assert "The formula does not learn from the data" in page
    assert "no automated decision about anyone" in page


def test_every_page_with_a_strength_leads_to_it(story: Site) -> None:
    visitor = story.visitor("owner")
    (company, *_) = re.findall(r'"(/clients/companies/[^"]+)"', visitor.get("/clients").text)
    (person, *_) = re.findall(r'"(/clients/people/[^"]+)"', visitor.get("/clients/people").text)
    lists = ("/clients", "/clients?q=client", "/clients/people", "/clients/people?q=cleo")
    assert {path: links_in(visitor, path) for path in lists} == dict.fromkeys(lists, 1)
    # Beside the figure, and below the sessions that it is made of.
    assert [links_in(visitor, path) for path in (company, person)] == [2, 2]
    assert links_in(visitor, "/clients?q=no-such-company") == 0


@pytest.mark.parametrize("function", OTHERS)
def test_its_numbers_are_those_of_the_functions(function: str, site: Site) -> None:
    """So they are written nowhere else: the page follows the function, and so does the example."""
    value, said = OTHERS[function]
    visitor = site.visitor("member")
    before = text_of(visitor)
    assert said not in before
    with connect(site.database_url, role="pipeline") as connection:
        connection.execute(
            SQL(
                "create or replace function clientsights.{}() returns {} "
                "language sql immutable parallel safe return {}"
            ).format(
                Identifier(function),
                SQL("numeric" if isinstance(value, float) else "integer"),
                Literal(value),
            )
        )
    after = text_of(visitor)
    assert said in after
    assert strength_in(after) != strength_in(before) or weights_in(after) != weights_in(before)


def strength_in(page: str) -> float:
    return float(re.search(r"a strength of ([\d.]+),", page)[1])


def weights_in(page: str) -> list[str]:
    return re.findall(r"\d+\.\d", page.partition("An example")[2])


def computed(numbers: Formula) -> float:
    """The strength of the example, by the formula as the page words it."""
    remaining = 0.0
    for one in example_of(numbers):
        weight = min(one.minutes, numbers.most_minutes) * 2 / one.people
        weight *= numbers.webinar_factor if one.is_webinar else 1
        remaining += weight * 0.5 ** (one.days_ago / numbers.half_life_days)
    return round(100 * (1 - exp(-remaining / numbers.scale_minutes)), 1)


def test_the_example_has_the_strength_that_the_formula_gives(shared_site: Site) -> None:
    with connect(shared_site.database_url, role="page") as connection:
        numbers = formula(connection)
    assert strength_in(text_of(shared_site.visitor("member"))) == computed(numbers)


def test_each_strength_has_one_of_the_grades(shared_site: Site) -> None:
    with connect(shared_site.database_url, role="page") as connection:
        found = grades(connection)
    assert (found[0].lowest, found[-1].highest) == (0, 100)
    assert [one.lowest for one in found[1:]] == [round(one.highest + 0.1, 1) for one in found[:-1]]
    page = text_of(shared_site.visitor("member"))
    assert all(f"{one.grade.capitalize()}: {one.lowest}" in page for one in found)
