"""`python -m benchmarks.idle [SECONDS]`: the CPU of Dagster's processes when there is nothing to
do, as a multiple of the floor: Dagster's own daemon and web server with empty definitions, on a
database of their own, in the same seconds.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.home import temporary_database
from integration.commands.ports import free_port
from integration.commands.processes import environment
from integration.commands.supervisor import Supervisor
from integration.commands.up import start_dagster, wait_until_200
from integration.settings import Settings

SECONDS = 180
SETTLING_SECONDS = 60  # ticks of the start, and imports
EMPTY = "import dagster as dg\n\ndefs = dg.Definitions()\n"
LIMIT = 1.5


def main(seconds: int) -> None:
    with ours() as product, empty() as floor:
        time.sleep(SETTLING_SECONDS)
        started = {name: cpu_of(group) for name, group in (("ours", product), ("floor", floor))}
        time.sleep(seconds)
        used = {
            "ours": cpu_of(product) - started["ours"],
            "floor": cpu_of(floor) - started["floor"],
        }
        for name, group in (("ours", product), ("floor", floor)):
            memory = sum(memory_of(process) for process in tree(group)) >> 20
            print(f"{name}: {used[name] / seconds:.1%} of a core, {memory} MB")
    ratio = used["ours"] / used["floor"]
    print(f"{ratio:.2f} x floor, limit {LIMIT}")
    if ratio > LIMIT:
        sys.exit(1)


@contextmanager
def ours() -> Iterator[Supervisor]:
    """The code server, the daemon and the web server, as `up` starts them."""
    port = free_port()
    with temporary_database() as (url, variables):
        home = Path(variables["WORKSIGHTS_ZOOM_HOME"])
        settings = Settings(home=home, values={**variables, "PIPELINE_DATABASE_URL": url})
        with Supervisor({}, logs=home / "logs", mark={}) as processes:
            start_dagster(processes, settings, port=port)
            wait_until_200(f"http://127.0.0.1:{port}/server_info", processes)
            yield processes


@contextmanager
def empty() -> Iterator[Supervisor]:
    """The same programs, as their documentation starts them."""
    port = free_port()
    with temporary_database() as (url, variables), TemporaryDirectory() as folder:
        home = Path(variables["WORKSIGHTS_ZOOM_HOME"])
        file = Path(folder) / "empty.py"
        file.write_text(EMPTY)
        env = environment(Settings(home=home, values=variables), url)
        with Supervisor({}, logs=home / "logs", mark={}) as processes:
            processes.start("daemon", "dagster-daemon", "run", "-f", str(file), env=env)
            processes.start(
                "webserver", "dagster-webserver", "-f", str(file), "-p", str(port), env=env
            )
            wait_until_200(f"http://127.0.0.1:{port}/server_info", processes)
            yield processes


def tree(processes: Supervisor) -> list[psutil.Process]:
    parents = [psutil.Process(pid) for pid in processes.pids()]
    return [*parents, *(child for one in parents for child in one.children(recursive=True))]


def cpu_of(processes: Supervisor) -> float:
    """The CPU seconds so far, also of child processes that have ended."""
    return sum(sum(times_of(process)) for process in tree(processes))


def times_of(process: psutil.Process) -> tuple[float, ...]:
    try:
        return tuple(process.cpu_times()[:4])
    except psutil.NoSuchProcess:  # it has just ended; its parent has its time
        return ()


def memory_of(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else SECONDS)
