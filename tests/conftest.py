"""A throw-away Postgres: one server for the whole run, one freshly copied database per test; and an
installation on one, with a pretend Zoom beside it.
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from integration.database import embedded, postgres
from integration.settings import Settings
from simulator.company import build_company
from simulator.running import running
from simulator.world import World, make_world
from tests.databases import make_template, new_database
from tests.pipeline.installation import (
    ACCOUNTS,
    CLIENT_ID,
    CLIENT_SECRET,
    Installation,
    new_installation,
)
from tests.servers.postgres import OLD, VERSIONS, is_fetched

CHROMIUMS = ("chromium", "chromium-browser")  # as Debian and others call it

# No test is timed, those of hypothesis included: a busy machine is no failure.
hypothesis_settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("untimed")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The owner's URL of a server with a migrated template database."""
    # Not below pytest's own folder: a second run on the machine closes that to the server's user.
    with TemporaryDirectory(prefix="worksights-", ignore_cleanup_errors=True) as home:
        settings = Settings(home=Path(home), values={})
        url = postgres.database_url(settings)
        try:
            # It need not outlive a crash of the machine, nor the run.
            with postgres.connect(url, autocommit=True) as superuser:
                for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
                    superuser.execute(f"alter system set {setting} = off")
                superuser.execute("select pg_reload_conf()")
                # As managed servers give them: an owner is no superuser.
                superuser.execute("create role owner login createdb createrole")
            url = urlsplit(url)._replace(netloc="owner:@").geturl()
            make_template(url)
            yield url
        finally:
            embedded.stop(settings.home)


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """A migrated, empty database of the test's own; the roles are shared by the whole server."""
    with new_database(server_url) as url:
        yield url


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a machine has not is left out, and that must not go unseen."""
    missing = {
        "tests/browser, because there is no chromium (Debian: apt-get install chromium)": not any(
            which(name) for name in CHROMIUMS
        ),
        "most of tests/servers, because their servers are not fetched (make servers)": not all(
            is_fetched(version) for version in (OLD, *VERSIONS)
        ),
        "poolers, because there is no pgbouncer (Debian: apt-get install pgbouncer)": not which(
            "pgbouncer"
        ),
    }
    for tests in (tests for tests, is_missing in missing.items() if is_missing):
        terminalreporter.write_line(f"\nLeft out: {tests}.", yellow=True)
