"""The program, on a database for one test or its embedded one, and a Zoom simulator for it."""

import socket
from collections.abc import Iterator

import pytest

from simulator.company import build_company
from simulator.running import running
from simulator.world import World, make_world
from tests.commands.program import APP_SETTINGS, CLIENT, Program, execute, program_with
from tests.commands.rotations import PERSON, erase
from tests.commands.two_organizations import ACME_AND_OTHER
from tests.databases import new_database, with_own_logins
from tests.faults.story import BAD, GOOD
from tests.pipeline.installation import TOMBSTONE_KEY, Installation, template_with_tables


@pytest.fixture
def program(database_url: str) -> Iterator[Program]:
    """On a migrated, empty database, with the settings of a Zoom app."""
    with program_with(**APP_SETTINGS, **with_own_logins(database_url)) as found:
        yield found


@pytest.fixture
def acme_and_other(program: Program) -> Program:
    """The same with two organizations that have one person in common, before the first batch."""
    execute(program.settings["DATABASE_URL"], ACME_AND_OTHER)
    return program


@pytest.fixture
def program_with_tables(server_url: str) -> Iterator[Program]:
    """The same with dbt's tables created and empty, so that the first batch takes half as long."""
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        program_with(**APP_SETTINGS, **with_own_logins(url)) as found,
    ):
        yield found


@pytest.fixture
def morning_program(morning: Installation) -> Iterator[Program]:
    """On the database after a morning of two customers, with a TOMBSTONE_KEY."""
    settings = {**APP_SETTINGS, "TOMBSTONE_KEY": TOMBSTONE_KEY, "DATABASE_URL": morning.url}
    with program_with(**settings) as found:
        yield found


@pytest.fixture
def erased(morning_program: Program) -> Program:
    """The same after a person was erased whom both customers have met."""
    for organization in (GOOD, BAD):
        erase(morning_program, PERSON, organization)
    return morning_program


@pytest.fixture
def embedded_program() -> Iterator[Program]:
    """In a new home without settings, so the database is the embedded one."""
    with program_with() as found:
        yield found


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    """A database that is not migrated."""
    with new_database(server_url, template="template1") as url:
        yield url


@pytest.fixture
def dead_database_url() -> Iterator[str]:
    """A URL without a server; the port is taken, so that no server can start there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"postgresql://worksights@127.0.0.1:{taken.getsockname()[1]}/worksights"


@pytest.fixture
def world() -> World:
    """A Zoom simulator with the default company's account."""
    return make_world([build_company()], client_id=CLIENT[0], client_secret=CLIENT[1])


@pytest.fixture
def zoom_url(world: World) -> Iterator[str]:
    with running(world) as url:
        yield url
