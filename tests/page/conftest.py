"""The page over HTTP: see fixtures.py, which tests/browser shares."""

from collections.abc import Iterator

import pytest

from simulator.world import World
from tests.page.fixtures import shared_site, site, zoom
from tests.page.site import Site
from tests.page.story import told_site
from tests.pipeline.conftest import pytest_configure  # what a batch in this process warns of

__all__ = ["pytest_configure", "shared_site", "site", "zoom"]


@pytest.fixture(scope="session")
def story(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """One site with a batch behind it, for all tests that only look."""
    with told_site(server_url, zoom, tmp_path_factory.mktemp("home")) as told:
        yield told
