"""Fixtures of the page's tests, over HTTP here and in a real browser in tests/browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.company import build_company
from simulator.running import running
from simulator.world import NextAuthorization, World, make_world
from tests.databases import new_database
from tests.pipeline.installation import template_with_tables
from tests.web.page.site import CLIENT, Site, running_site

ACCOUNTS = ("AcmeZoomAccount0000000", "AcmeSecondAccount00000", "GlobexZoomAccount00000")


@pytest.fixture(scope="session")
def zoom() -> Iterator[tuple[World, str]]:
    """A Zoom simulator with three accounts, and its address."""
    companies = [build_company(users=10, account_id=account) for account in ACCOUNTS]
    world = make_world(companies, client_id=CLIENT[0], client_secret=CLIENT[1])
    with running(world) as url:
        yield world, url


@pytest.fixture
def site(database_url: str, zoom: tuple[World, str], tmp_path: Path) -> Iterator[Site]:
    """A site for one test; the Zoom simulator behind it is reset after each test."""
    world, zoom_url = zoom
    with running_site(database_url, world=world, zoom_url=zoom_url, home=tmp_path) as running_one:
        yield running_one
    world.failures.clear()
    world.calls.clear()
    world.authorization = NextAuthorization(ACCOUNTS[0])
    world.asks_for_consent = False


@pytest.fixture(scope="module")
def shared_site(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """One site for a whole file, for tests that only read."""
    world, zoom_url = zoom
    home = tmp_path_factory.mktemp("home")
    with (
        new_database(server_url) as url,
        running_site(url, world=world, zoom_url=zoom_url, home=home) as running_one,
    ):
        yield running_one


@contextmanager
def connected_site(server_url: str, zoom: tuple[World, str], home: Path) -> Iterator[Site]:
    """A site with the tables of a batch. Acme has connected its account."""
    world, zoom_url = zoom
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        running_site(url, world=world, zoom_url=zoom_url, home=home) as site,
    ):
        site.connect("acme", ACCOUNTS[0])
        yield site
