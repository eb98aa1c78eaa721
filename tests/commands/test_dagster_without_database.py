"""Dagster's processes that are started while the database is away, as after a reboot."""

import subprocess
from pathlib import Path

import pytest

from integration.commands.dagster_processes import DAGSTER_PROCESSES, process_of
from integration.commands.processes import program_of
from integration.database.postgres import database_url
from integration.settings import PROJECT, Settings
from tests.commands.program import APP_SETTINGS, NOTHING_SET, program_with
from tests.patience import PATIENCE
from tests.processes.processes import free_port


@pytest.fixture(scope="module")
def url() -> str:
    return f"postgresql://somebody@127.0.0.1:{free_port()}/zoom"


@pytest.fixture(scope="module")
def ended(url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """Process -> its exit code and its output, if it is started as `up` starts it again."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, values={**NOTHING_SET, **APP_SETTINGS, "DATABASE_URL": url})
    running = {name: start(name, settings, home) for name in DAGSTER_PROCESSES}
    return {name: (one.wait(PATIENCE), log_of(home, name)) for name, one in running.items()}


def start(name: str, settings: Settings, home: Path) -> subprocess.Popen[bytes]:
    url = database_url(settings, "pipeline")
    found = process_of(name, settings, url, host="127.0.0.1", port=free_port())
    with (home / f"{name}.log").open("wb") as log:
        program, *arguments = found.command
        return subprocess.Popen(
            [program_of(program), *arguments],
            cwd=PROJECT,
            env=found.env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def log_of(home: Path, name: str) -> str:
    return (home / f"{name}.log").read_text()


@pytest.mark.parametrize("name", DAGSTER_PROCESSES)
def test_it_ends_with_one_sentence_that_names_the_next_step(
    name: str, ended: dict[str, tuple[int, str]], url: str
) -> None:
    code, log = ended[name]
    place = url.rpartition("@")[2].removesuffix("/zoom")
    retried, failed = log.splitlines()
    assert code == 1
    assert "WARNING root: Retrying failed database connection: " in retried
    assert failed.endswith(
        f" CRITICAL worksights-zoom: The process failed: Cannot connect to the database at {place} "
        "(Connection refused). Start it, or correct DATABASE_URL."
    )


@pytest.mark.parametrize("name", DAGSTER_PROCESSES)
def test_its_command_says_the_same_before_it_starts_anything(name: str, url: str) -> None:
    with program_with(**APP_SETTINGS, DATABASE_URL=url) as program:
        answer = program("dagster", name)
    assert answer.is_a_plain_refusal
    assert answer.err == (
        f"Error: Cannot connect to the database at {url.rpartition('@')[2].removesuffix('/zoom')} "
        "(Connection refused). Start it, or correct DATABASE_URL.\n"
    )
