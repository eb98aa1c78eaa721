"""A throw-away Postgres: one server for the whole run, one freshly copied database per test."""

from collections.abc import Iterator
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg.sql import SQL, Identifier

from integration.settings import Settings
from integration.store import postgres
from integration.store.migrate import migrate

TEMPLATE = "template_worksights"

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
            # It need not outlive a crash of the machine.
            _as_owner(url, "alter system set fsync = off")
            _as_owner(url, "select pg_reload_conf()")
            _as_owner(url, "create database {}", TEMPLATE)
            migrate(_url_of(url, TEMPLATE))
            yield url
        finally:
            postgres.stop_embedded(settings)


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """A migrated, empty database of the test's own; the roles are shared by the whole server."""
    name = f"test_{uuid4().hex}"
    _as_owner(server_url, "create database {} template {}", name, TEMPLATE)
    # Rights on the database itself are not copied along.
    _as_owner(server_url, "grant create on database {} to pipeline", name)
    yield _url_of(server_url, name)
    _as_owner(server_url, "drop database {} with (force)", name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Without a browser its tests are left out (tests/browser): that must not go unseen."""
    if not any(which(name) for name in CHROMIUMS):
        terminalreporter.write_line("")
        terminalreporter.write_line(
            "Left out: tests/browser, because there is no chromium on this machine. "
            "To run them, install one (Debian: apt-get install chromium).",
            yellow=True,
        )


def _as_owner(url: str, statement: str, *names: str) -> None:
    with postgres.connect(url, autocommit=True) as connection:
        connection.execute(SQL(statement).format(*map(Identifier, names)))


def _url_of(server_url: str, database: str) -> str:
    return urlsplit(server_url)._replace(path=f"/{database}").geturl()
