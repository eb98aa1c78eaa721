"""A part of `make chaos`: a few rounds, each process killed once, and all outages."""

import pytest

from tests.chaos.figures import Figures
from tests.chaos.killing import BATCH, DATABASE
from tests.chaos.soak import soak
from tests.processes.whole import CHILDREN

RECEIVER, DAEMON, CODE_SERVER, WEB_SERVER = CHILDREN.values()
ROUNDS = ((RECEIVER, BATCH), (DATABASE, DAEMON), (WEB_SERVER, CODE_SERVER))


@pytest.fixture(scope="module")
def run() -> tuple[Figures, list[str]]:
    said: list[str] = []
    return soak(ROUNDS, seed=1, say=said.append), said


def test_nothing_is_lost_duplicated_or_left_behind(run: tuple[Figures, list[str]]) -> None:
    """Whatever was killed, and although the database was away or had no space."""
    figures, said = run
    assert figures.wrong == [], "\n".join(said)


def test_each_process_was_killed(run: tuple[Figures, list[str]]) -> None:
    """The other test depends on this."""
    figures, said = run
    killed = {"database" if "Postgres" in name else name for name in figures.kills}
    assert set(CHILDREN.values()) | {"database"} <= killed, "\n".join(said)
