"""What the pages of clients show, as text: the tables, the files, and the addresses in them."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape

from tests.web.page.site import Site, Visitor


def look(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(unescape(answer.text).split())


def rows(page: str, caption: str) -> list[list[str]]:
    """The cells of one table as text, row by row."""
    table = page[page.index(f">{caption}</caption>") :]
    body = re.search(r"<tbody>(.*?)</tbody>", table)[1]
    return [
        [
            " ".join(re.sub("<.*?>", " ", cell).split())
            for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", body)
    ]


def page_of(visitor: Visitor, name: str, listed: str = "/clients") -> str:
    """The address behind a name in a list."""
    link = rf'href="([^"]+)"[^>]*>(?:<bdi>)?{re.escape(name)}(?:</bdi>)?</a>'
    return re.search(link, look(visitor, listed))[1]


def names(visitor: Visitor, path: str, caption: str = "Companies") -> list[str]:
    """The names in a list, in its order."""
    return [re.split(r" \S+[.@]", row[0])[0] for row in rows(look(visitor, path), caption)]


def file_of(visitor: Visitor, path: str) -> list[list[str]]:
    """The rows of a CSV file, without its column names."""
    answer = visitor.get(path)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8", answer.text
    _, *found = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    return found


@contextmanager
def moved(story: Site, company: str, days: int) -> Iterator[None]:
    """The meetings with a company as if the last had been this many days ago, then as before."""
    ((company_id, last_met_at),) = story.rows(
        "select company_id, last_met_at from clientsights.companies "
        "where organization_id = 'acme' and domain = %s",
        company,
    )
    shift = datetime.now(UTC) - timedelta(days=days) - last_met_at
    _move(story, company_id, shift)
    try:
        yield
    finally:
        _move(story, company_id, -shift)


MOVES = (
    "update intermediate.int_company_sessions set met_at = met_at + %s where company_id = %s",
    "update intermediate.int_interactions set met_at = met_at + %s where company_id = %s",
    "update intermediate.int_interactions "
    "set month = date_trunc('month', met_at + %s, 'UTC')::date where company_id = %s",
    "update clientsights.companies set last_met_at = last_met_at + %s where company_id = %s",
)


def _move(story: Site, company_id: str, shift: timedelta) -> None:
    for move in MOVES:
        story.rows(move, timedelta(0) if "set month" in move else shift, company_id)
