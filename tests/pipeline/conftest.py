"""The pipeline through its front door: deliveries in, the real job in this process, tables out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.company import build_company
from simulator.running import running
from simulator.world import World, make_world
from tests.pipeline.installation import (
    CLIENT_ID,
    CLIENT_SECRET,
    Installation,
    new_installation,
)

ACCOUNTS = ("SimulatedAccountOne000", "SimulatedAccountTwo000", "SimulatedAccountThree0")


def pytest_configure(config: pytest.Config) -> None:
    for entry in (
        # dagster-dbt imports sqlglot, whose fast tokenizer has been renamed.
        "ignore:sqlglotrs is deprecated:DeprecationWarning",
        # Dagster reads pydantic's old name of a model's fields.
        "ignore:The `__fields__` attribute is deprecated",
        # Dagster copies its own context for a resource and touches a name that it has deprecated.
        "ignore:InitResourceContext.dagster_run is deprecated:DeprecationWarning",
        # dbt drops the handler of its log file without closing it, at each invocation.
        "ignore:unclosed file .*dbt.log:ResourceWarning",
    ):
        config.addinivalue_line("filterwarnings", entry)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all: what dbt has parsed once it need not parse for each database."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def zoom_url() -> Iterator[tuple[World, str]]:
    """A pretend Zoom with three accounts, and where it answers."""
    companies = [build_company(users=10, account_id=account) for account in ACCOUNTS]
    world = make_world(companies, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    with running(world) as url:
        yield world, url


@pytest.fixture
def zoom(zoom_url: tuple[World, str]) -> Iterator[World]:
    world, _ = zoom_url
    yield world
    world.failures.clear()


@pytest.fixture
def installation(
    server_url: str,
    home: Path,
    zoom_url: tuple[World, str],
) -> Iterator[Installation]:
    """One that nothing has happened to; dbt's tables are there, empty."""
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        yield installation
