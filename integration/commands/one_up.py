"""One `up` per home: a second one is refused, and what a killed one left running is stopped."""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

import click
import psutil

from integration.quantities import quantity

# In the environment of all processes that an `up` starts, and of those that they start. Its value
# is new each time, because the path of a home may be another directory in a container.
MARK = "WORKSIGHTS_ZOOM_STARTED_BY_UP"
STOP_SECONDS, ATTEMPTS = 10.0, 3


@contextlib.contextmanager
def only_up(home: Path, *, say: Callable[[str], None]) -> Iterator[Mapping[str, str]]:
    """Yields the mark for the processes of this `up`. click.ClickException if another one is
    running in this home. Stops the processes that a killed `up` left running.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("a+") as lock:
        _lock(lock, home)
        if pid_and_mark := lock.read().split():
            # Earlier releases wrote only the PID; their mark was the path of the home.
            last = pid_and_mark[1] if len(pid_and_mark) == 2 else str(home.resolve())
            _stop_leftovers({MARK: last}, say)
        mark = {MARK: secrets.token_hex()}
        lock.truncate(0)
        lock.write(f"{os.getpid()} {mark[MARK]}")
        lock.flush()
        yield mark


def _lock(lock: TextIO, home: Path) -> None:
    """The kernel releases the lock when the process ends, even if it is killed."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.seek(0)
    except BlockingIOError:
        lock.seek(0)
        pid, _, _ = lock.read().partition(" ")
        raise click.ClickException(
            f"`up` is already running in this WORKSIGHTS_ZOOM_HOME (process {pid}). Stop it, or "
            "set another WORKSIGHTS_ZOOM_HOME."
        ) from None
    except OSError as error:
        raise click.ClickException(
            f"WORKSIGHTS_ZOOM_HOME ({home}) cannot be locked ({error.strerror}). Put it on a local "
            "disk."
        ) from error


def _stop_leftovers(mark: Mapping[str, str], say: Callable[[str], None]) -> None:
    # Repeated, because a process that is being stopped may just have started another one.
    found = _leftovers(mark)
    for _ in range(ATTEMPTS):
        if not found:
            return
        say(f"Stopping {quantity(len(found), 'process', 'processes')} left by a killed `up`…")
        _send(found, psutil.Process.terminate)
        _, alive = psutil.wait_procs(found, timeout=STOP_SECONDS)
        _send(alive, psutil.Process.kill)
        psutil.wait_procs(alive, timeout=STOP_SECONDS)
        found = _leftovers(mark)
    if found:
        pids = ", ".join(str(process.pid) for process in found)
        raise click.ClickException(
            f"These processes of a killed `up` could not be stopped: {pids}. Stop them first."
        )


def _leftovers(mark: Mapping[str, str]) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _has(process, mark)]


def _send(processes: Iterable[psutil.Process], signal: Callable[[psutil.Process], None]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            signal(process)


def _has(process: psutil.Process, mark: Mapping[str, str]) -> bool:
    try:
        is_marked = mark.items() <= process.environ().items()
        return is_marked and bool(process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, OSError):  # it has ended, or it is another user's
        return False
