"""kill -9 of one of the installation's processes, whatever it is doing."""

import contextlib
import random
import subprocess
from dataclasses import dataclass

import psutil

from tests.chaos.installation import Installation
from tests.processes.whole import CHILDREN, arguments_of

BATCH, DATABASE = "batch", "database"
TARGETS = (*CHILDREN.values(), BATCH, DATABASE)
# In the command line of a Dagster run: the code server starts its process with `multiprocessing`.
OF_A_RUN = "multiprocessing.spawn import spawn_main"


@dataclass(frozen=True)
class Killed:
    target: str
    what: str


def kill(
    installation: Installation,
    target: str,
    *,
    command: subprocess.Popen[str] | None,
    dice: random.Random,
) -> Killed | None:
    """Kills a process of the target; None if it is not running. `command` is the batch that was
    started from the command line, if any.
    """
    if target == BATCH:
        return _kill_batch(installation, command)
    if target == DATABASE:
        return _kill_database(installation, dice)
    found = installation.child(target)
    if found is None:
        return None
    _send(found)
    return Killed(target, target)


def _kill_batch(installation: Installation, command: subprocess.Popen[str] | None) -> Killed | None:
    """Kills the batch of a command, or else a run that Dagster started, but not their children."""
    if command is not None and command.poll() is None:
        command.kill()
        return Killed(BATCH, "batch from the command line")
    for run in runs_of_dagster(installation):
        _send(run)
        return Killed(BATCH, "batch from Dagster")
    return None


def runs_of_dagster(installation: Installation) -> list[psutil.Process]:
    server = installation.child("dagster-code-server")
    with contextlib.suppress(psutil.Error):
        started = server.children() if server else []
        return [one for one in started if OF_A_RUN in " ".join(arguments_of(one))]
    return []


def _kill_database(installation: Installation, dice: random.Random) -> Killed | None:
    """Kills its first process, which `up` has to restart, or another one, after which the first one
    ends all sessions and restarts the others.
    """
    first = installation.postmaster()
    if first is None:
        return None
    is_first = dice.random() < 0.6
    with contextlib.suppress(psutil.Error):
        others = sorted(first.children(), key=lambda one: one.pid)
        found = first if is_first or not others else dice.choice(others)
        _send(found)
        return Killed(DATABASE, "Postgres" if found == first else "a process of Postgres")
    return None


def _send(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()
