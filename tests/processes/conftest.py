"""A company with a Zoom account, and the Zoom simulator for it."""

from collections.abc import Iterator

import pytest

from simulator.company import Company, build_company
from simulator.running import running
from simulator.world import make_world
from tests.commands.program import CLIENT


@pytest.fixture(scope="module")
def company() -> Company:
    return build_company(users=60)


@pytest.fixture(scope="module")
def zoom_url(company: Company) -> Iterator[str]:
    world = make_world([company], client_id=CLIENT[0], client_secret=CLIENT[1])
    with running(world) as url:
        yield url
