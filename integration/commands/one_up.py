"""One `up` per home: a second one is refused, and what a killed one left running is stopped."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import click
import psutil

from integration.quantities import quantity

# In the environment of all processes that `up` starts, and of those that they start.
MARK = "WORKSIGHTS_ZOOM_STARTED_BY_UP"
STOP_SECONDS = 10.0


@contextlib.contextmanager
def only_up(home: Path, *, say: Callable[[str], None]) -> Iterator[None]:
    """click.ClickException if another `up` is running in this home. Stops the processes that a
    killed `up` left running.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # released even if killed
        except BlockingIOError:
            lock.seek(0)
            raise click.ClickException(
                f"`up` is already running in this WORKSIGHTS_ZOOM_HOME (process "
                f"{lock.read().strip()}). Stop it, or set another WORKSIGHTS_ZOOM_HOME."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        _stop_leftovers(home, say)
        yield


def mark_of(home: Path) -> Mapping[str, str]:
    return {MARK: str(home.resolve())}


def _stop_leftovers(home: Path, say: Callable[[str], None]) -> None:
    # Repeated, because a process that is being stopped may just have started another one.
    while found := [process for process in psutil.process_iter() if _is_marked(process, home)]:
        say(f"Stopping {quantity(len(found), 'process', 'processes')} left by a killed `up`…")
        _send(found, psutil.Process.terminate)
        _, alive = psutil.wait_procs(found, timeout=STOP_SECONDS)
        _send(alive, psutil.Process.kill)
        psutil.wait_procs(alive, timeout=STOP_SECONDS)


def _send(processes: Iterable[psutil.Process], signal: Callable[[psutil.Process], None]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            signal(process)


def _is_marked(process: psutil.Process, home: Path) -> bool:
    try:
        is_marked = mark_of(home).items() <= process.environ().items()
        return is_marked and bool(process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, OSError):  # it has ended, or it is another user's
        return False
