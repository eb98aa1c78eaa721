"""A throw-away Postgres: one server for the whole run, one freshly copied database per test."""

from collections.abc import Iterator
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from integration.settings import Settings
from integration.store import postgres
from tests.databases import make_template, new_database

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
            with postgres.connect(url, autocommit=True) as owner:
                for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
                    owner.execute(f"alter system set {setting} = off")
                owner.execute("select pg_reload_conf()")
            make_template(url)
            yield url
        finally:
            postgres.stop_embedded(settings)


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """A migrated, empty database of the test's own; the roles are shared by the whole server."""
    with new_database(server_url) as url:
        yield url


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Without a browser its tests are left out (tests/browser): that must not go unseen."""
    if not any(which(name) for name in CHROMIUMS):
        terminalreporter.write_line("")
        terminalreporter.write_line(
            "Left out: tests/browser, because there is no chromium on this machine. "
            "To run them, install one (Debian: apt-get install chromium).",
            yellow=True,
        )
