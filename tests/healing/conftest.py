"""One database and one Zoom for the tests of a module, which start again with each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.healing.short_past import ShortPast, short_past


@pytest.fixture(scope="module")
def shared_past(server_url: str, home: Path) -> Iterator[ShortPast]:
    with short_past(server_url, home) as found:
        yield found


@pytest.fixture
def past(shared_past: ShortPast) -> ShortPast:
    shared_past.start_again()
    return shared_past
