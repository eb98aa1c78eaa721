"""A table's order, and the addresses that change it."""

import pytest
from psycopg.sql import SQL

from integration.web.page.addresses import address, back_to
from integration.web.page.sorting import Column, Sorting, sorting_of
from integration.web.page.templating import make_templates

NAME = Column("Company", "name")
LAST = Column("Last met", "last", greatest_first=True, is_number=True)
GRADE = Column("Grade")


def sorted_by(asked: str) -> Sorting:
    kept = {"q": "a b", "period": ""}
    return sorting_of(asked, path="/list", columns=(NAME, LAST, GRADE), default="name", kept=kept)


def test_links_in_the_head_sort_by_a_column_and_turn_its_order_round() -> None:
    assert sorted_by("").address(NAME) == "/list?q=a+b&sort=-name"
    assert sorted_by("").address(LAST) == "/list?q=a+b&sort=-last"
    assert sorted_by("-last").address(LAST) == "/list?q=a+b&sort=last"
    assert sorted_by("-last").address(NAME) == "/list?q=a+b"
    assert sorted_by("-name").address(NAME) == "/list?q=a+b"


@pytest.mark.parametrize("asked", ["", "name", "other", "-", "--last", "name; drop table", "-Name"])
def test_an_unknown_order_is_the_tables_own(asked: str) -> None:
    assert (sorted_by(asked).sort, sorted_by(asked).value) == ("name", "")


def test_rows_without_a_value_are_last_whichever_way_the_table_is_sorted() -> None:
    expressions = {"name": SQL("lower(name)"), "last": SQL("last_met_at")}
    clauses = [
        sorted_by(asked).order_by(expressions, ties=SQL("id")).as_string()
        for asked in ("name", "-last")
    ]
    assert clauses == [
        "order by lower(name) asc nulls last, id",
        "order by last_met_at desc nulls last, id",
    ]


def test_the_head_says_how_the_table_is_sorted() -> None:
    source = (
        '{% from "page/parts/sorted_table.html" import sorted_table %}'
        '{% call sorted_table("Companies", sorting) %}<tr><td>x</td></tr>{% endcall %}'
    )
    page = make_templates().env.from_string(source).render(sorting=sorted_by("-last"))
    heads = [head.partition("</th>")[0] for head in page.split("<th ")[1:]]
    assert heads == [
        'scope="col"><a href="/list?q=a+b">Company</a>',
        'scope="col" class="number" aria-sort="descending">'
        '<a href="/list?q=a+b&amp;sort=last">Last met</a>',
        'scope="col"><span>Grade</span>',
    ]


def test_the_way_back_leads_to_the_list_as_it_was_and_nowhere_else() -> None:
    query = address("/list", {"q": "a&b=c", "sort": "-last", "page": 2}).partition("?")[2]
    assert back_to("/list", query) == "/list?q=a%26b%3Dc&sort=-last&page=2"
    assert back_to("/list", "") == "/list"
    assert back_to("/list", "//elsewhere.example/#x") == "/list"
    assert back_to("/list", "q=//elsewhere.example") == "/list?q=%2F%2Felsewhere.example"
    assert back_to("/list", "q=" + "x" * 5_000) == "/list"
