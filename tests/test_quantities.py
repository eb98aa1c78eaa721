"""Counts with their nouns."""

import re

import pytest

from integration.quantities import quantity
from integration.settings import PROJECT

NOUNS = (
    *("accounts", "addresses", "columns", "connections", "deliveries", "entries", "events"),
    *("imports", "migrations", "people", "rows", "sessions", "tables", "users", "values"),
    "webhooks",
)
# A value in a text, except a constant, followed by a plural.
WITH_A_PLURAL = re.compile(
    r"(?:\{(?![A-Z_]+\})[^{}]+\}|\}\})(?:</\w+>)? (?:(?!(?:in|for) )\w+ )?"
    rf"(?:{'|'.join(NOUNS)})\b"
)
WRONG = [
    'say(f"{written} rows changed.")',
    'f"{backlog.waiting} deliveries waiting"',
    "<strong>{{ count }}</strong> webhooks",
    'f"{total} known addresses change"',
]


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 entries"), (1, "1 entry"), (2, "2 entries"), (2310, "2,310 entries")],
)
def test_one_has_the_singular_and_every_other_count_the_plural(count: int, expected: str) -> None:
    assert quantity(count, "entry", "entries") == expected


def test_without_a_plural_an_s_is_added() -> None:
    assert [quantity(count, "row") for count in (1, 2)] == ["1 row", "2 rows"]


def test_no_text_writes_a_plural_after_a_count() -> None:
    found = [
        f"{path.relative_to(PROJECT)}:{number}"
        for folder in ("integration", "orchestration")
        for path in sorted((PROJECT / folder).rglob("*.*"))
        if path.suffix in (".py", ".html") and "migrations" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if (path.suffix == ".html" or 'f"' in line) and WITH_A_PLURAL.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("line", WRONG)
def test_such_a_text_is_found(line: str) -> None:
    assert WITH_A_PLURAL.search(line)
