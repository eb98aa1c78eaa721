"""What analysts can do. What each login may not do is in test_rights.py."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integration.database.postgres import connect
from integration.settings import PROJECT
from simulator.world import World
from tests.pipeline.installation import Installation, new_installation

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def derived(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Installation]:
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        installation.batch(now=NOW)
        yield installation


def test_an_analyst_can_run_the_queries_of_the_readme(derived: Installation) -> None:
    text = (PROJECT / "README.md").read_text()
    queries = re.findall(r"^    select\n?.*?;$", text, re.MULTILINE | re.DOTALL)
    assert len(queries) >= 2
    for query in queries:
        with connect(derived.url, role="analyst") as connection:
            connection.execute(query)


@pytest.mark.parametrize("table", ["timeline.activities", "operations.deliveries"])
def test_an_analyst_can_read(derived: Installation, table: str) -> None:
    with connect(derived.url, role="analyst") as connection:
        assert connection.execute(f"select * from {table}").fetchall() == []  # noqa: S608 - our own names


def test_the_ledger_shows_a_delivery_before_a_batch_lands_it(derived: Installation) -> None:
    derived.deliver(b"{}", at=NOW)
    with connect(derived.url, role="analyst") as connection:
        found = connection.execute("select disposition from operations.deliveries").fetchall()
    assert found == [("waiting",)]
