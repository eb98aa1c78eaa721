"""A disposable Postgres server for the whole run, a freshly copied database for each test, and an
installation on such a database with a Zoom simulator.
"""

import gc
import time
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
from tests.faults.story import derived_morning
from tests.memory import in_memory
from tests.pipeline.installation import (
    ACCOUNTS,
    CLIENT_ID,
    CLIENT_SECRET,
    Installation,
    new_installation,
)
from tests.servers.postgres import OLD, VERSIONS, is_fetched

# What dbt and Dagster hold stays. With Python's own threshold, looking for garbage in it takes 5 %
# of the workers' time (54.2 against 51.5 CPU s for one file).
gc.set_threshold(50_000)

# The data need not survive a crash or the end of the run, and its log is kept in memory, too.
SERVER = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_wal_size": "512MB",
}
DEPLOYED_WITH = (
    ("checks of systemd's units", "systemd-analyze", "systemd"),
    ("tests of deploy/nginx", "nginx", "nginx"),
    ("tests of deploy/caddy", "caddy", "caddy"),
    ("tests of deploy/prometheus", "promtool", "prometheus"),
    ("the check of the compose file's schema", "docker-compose", "docker-compose"),
    ("tests of the container image", "mmdebstrap", "mmdebstrap buildah podman runc"),
)
# Without a window, which takes 30 % less CPU, and its names with one in Debian and elsewhere.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser")

# No test has a deadline, not even those of hypothesis: a busy machine is not a failure.
hypothesis_settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("untimed")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The owner's URL of a server with a migrated template database."""
    # Outside pytest's own folder, which a second run on the machine closes to the server's user.
    folder = TemporaryDirectory(prefix="worksights-", dir=in_memory(), ignore_cleanup_errors=True)
    with folder as home:
        settings = Settings(home=Path(home), values={})
        url = postgres.database_url(settings)
        try:
            as_superuser = urlsplit(url)._replace(netloc=f"{embedded.SUPERUSER}:@").geturl()
            with postgres.connect(as_superuser, autocommit=True, at_any_schema=True) as superuser:
                for setting, value in SERVER.items():
                    superuser.execute(f"alter system set {setting} = '{value}'")
                superuser.execute("select pg_reload_conf()")
                # As on managed servers, the owner is not a superuser.
                superuser.execute("create role owner login createdb createrole")
            url = urlsplit(url)._replace(netloc="owner:@").geturl()
            make_template(url)
            yield url
        finally:
            embedded.stop(settings.home)


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """A migrated, empty database for one test. The roles belong to the whole server."""
    with new_database(server_url) as url:
        yield url


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests, so that dbt does not parse the project again for each database."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def zoom_url() -> Iterator[tuple[World, str]]:
    """A Zoom simulator with three accounts, and its URL."""
    companies = [build_company(users=10, account_id=account) for account in ACCOUNTS]
    world = make_world(companies, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    with running(world) as url:
        yield world, url


@pytest.fixture
def zoom(zoom_url: tuple[World, str]) -> Iterator[World]:
    world, _ = zoom_url
    yield world
    world.forget()
    world.now = time.time


@pytest.fixture
def installation(
    server_url: str,
    home: Path,
    zoom_url: tuple[World, str],
) -> Iterator[Installation]:
    """A new installation, with dbt's tables created and empty."""
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        yield installation


@pytest.fixture
def morning(
    server_url: str,
    home: Path,
    zoom_url: tuple[World, str],
) -> Iterator[Installation]:
    """The installation after `derived_morning`: four meetings and four calls of two customers."""
    with new_installation(
        server_url, home=home, zoom=zoom_url[1], after=derived_morning
    ) as installation:
        yield installation


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shows which tests are skipped because the machine lacks something."""
    missing = {
        "tests/browser, because there is no Chromium (Debian: apt-get install "
        "chromium-headless-shell)": not any(which(name) for name in CHROMIUMS),
        "most of tests/servers, because their servers are not fetched (make servers)": not all(
            is_fetched(version) for version in (OLD, *VERSIONS)
        ),
        "poolers, because there is no pgbouncer (Debian: apt-get install pgbouncer)": not which(
            "pgbouncer"
        ),
    }
    for tests, program, package in DEPLOYED_WITH:
        missing[
            f"{tests}, because there is no {program} (Debian: apt-get install {package})"
        ] = not which(program)
    for tests in (tests for tests, is_missing in missing.items() if is_missing):
        terminalreporter.write_line(f"\nSkipped: {tests}.", yellow=True)
