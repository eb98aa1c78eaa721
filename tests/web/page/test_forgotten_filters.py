"""A query of the page that forgets to filter by the viewer's organization shows nothing of others:
the net of docs/operations/rights.md, through the front door.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
import pytest

from tests.web.page.site import Site, Visitor

FILTER = re.compile(r"[\w.]*\borganization_id = %\(organization\)s")
# Page -> what it shows of the other organization if nothing limits its queries.
PAGES = {
    "/search?q=gloria": "Gloria Globe",
    "/clients/people?period=all": "Gloria Globe",
    "/clients?period=all": "globex-client",
    "/services/zoom/features": "Member of Globex",
    "/services/zoom/users": "zu-globex",
}
LIMITED = "select oid::regclass::text from pg_class where relrowsecurity"


@contextmanager
def forgotten_filters() -> Iterator[list[str]]:
    """Removes the filter from every query of the page that has one; yields those queries."""
    found: list[str] = []
    execute = psycopg.Cursor.execute

    def forget(
        cursor: psycopg.Cursor, query: Any, parameters: Any = None, **options: Any
    ) -> psycopg.Cursor:
        text = query if isinstance(query, str) else getattr(query, "as_string", str)(cursor)
        if isinstance(text, str) and FILTER.search(text):
            query = FILTER.sub("%(organization)s::text is not null", text)
            found.append(query)
        return execute(cursor, query, parameters, **options)

    with patch.object(psycopg.Cursor, "execute", forget):
        yield found


@pytest.fixture
def admin(story: Site) -> Visitor:
    return story.visitor("executive")


@contextmanager
def without_the_net(story: Site) -> Iterator[None]:
    tables = [table for (table,) in story.rows(LIMITED)]
    try:
        story.rows("; ".join(f"alter table {table} disable row level security" for table in tables))
        yield
    finally:
        story.rows("; ".join(f"alter table {table} enable row level security" for table in tables))


@pytest.mark.parametrize("path", PAGES)
def test_a_forgotten_filter_shows_nothing_of_another_organization(
    path: str, admin: Visitor
) -> None:
    usual = admin.get(path)
    with forgotten_filters() as queries:
        page = admin.get(path)
    assert (usual.status_code, page.status_code) == (200, 200)
    assert len(queries) > 1
    assert PAGES[path] not in page.text
    assert "lobex" not in page.text


@pytest.mark.parametrize("path", PAGES)
def test_without_the_net_it_would(path: str, story: Site, admin: Visitor) -> None:
    """So the test above does remove what keeps organizations apart."""
    with without_the_net(story), forgotten_filters():
        page = admin.get(path)
    assert PAGES[path] in page.text
