"""The installation under test: a running `up` with a home of its own, and a connected company."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from integration.commands.code_server import listens
from simulator.company import Company
from tests.commands.program import APP_SETTINGS, Program
from tests.databases import share_what_dbt_parsed
from tests.patience import PATIENCE, wait_until
from tests.processes.processes import answers, connect_company, free_port, kill_group
from tests.processes.whole import CHILDREN, READY, arguments_of, child_with, read_along

# Fewer than the deliveries of a round, so that Dagster starts batches, too.
BACKLOG = "100"


@dataclass
class Installation:
    program: Program
    url: str
    port: int
    dagster_port: int
    up: subprocess.Popen[str]
    lines: list[str]
    errors: list[str]

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/zoom"

    @property
    def home(self) -> Path:
        return self.program.home

    def child(self, name: str) -> psutil.Process | None:
        """The process of `up` with this name, if it is running."""
        (command,) = (command for command, known in CHILDREN.items() if known == name)
        return child_with(self.up, command)

    def answers(self) -> bool:
        """Whether all of its processes are running, and those that answer requests do so."""
        assert self.up.poll() is None, "".join(self.errors[-20:])
        return (
            all(self.child(name) for name in CHILDREN.values())
            and answers(f"http://127.0.0.1:{self.port}/readyz")
            and answers(f"http://127.0.0.1:{self.dagster_port}/server_info")
            and listens(self.home)
        )

    def postmaster(self) -> psutil.Process | None:
        """The database's first process, if it is running."""
        try:
            text = (self.home / "postgres" / "postmaster.pid").read_text()
            return psutil.Process(int(text.splitlines()[0]))
        except (OSError, ValueError, IndexError, psutil.Error):
            return None

    def processes(self) -> list[psutil.Process]:
        """All processes of this home, whoever started them."""
        return [one for one in psutil.process_iter() if self._is_of_this_home(one)]

    def stop(self) -> list[str]:
        """Asks `up` to stop. Returns the commands of the processes that are still running, such as
        those left by a killed batch.
        """
        os.kill(self.up.pid, signal.SIGTERM)
        self.up.wait(timeout=PATIENCE)
        return [" ".join(arguments_of(one))[:300] for one in self.processes()]

    def _is_of_this_home(self, process: psutil.Process) -> bool:
        try:
            home = process.environ().get("WORKSIGHTS_ZOOM_HOME") or ""
            is_of_it = home == str(self.home) or str(self.home) in " ".join(arguments_of(process))
            return is_of_it and bool(process.status() != psutil.STATUS_ZOMBIE)
        except (psutil.Error, OSError):  # it has ended, or it is another user's
            return False


@contextmanager
def running_installation(company: Company, zoom_url: str, home: Path) -> Iterator[Installation]:
    """`up`, ready, in this home. The company was connected long before its first events."""
    with connected_home(company, zoom_url, home) as (program, url):
        program("stop")  # so that `up` starts the database, and has to stop it
        ports = free_port(), free_port()
        arguments = ("--port", str(ports[0]), "--dagster-port", str(ports[1]))
        with program.start("up", *arguments) as up:
            lines, reader = read_along(up)
            errors: list[str] = []
            other = threading.Thread(target=lambda: errors.extend(up.stderr or ()))
            other.start()
            installation = Installation(program, url, *ports, up, lines, errors)
            try:
                wait_until(lambda: up.poll() is not None or any(READY in line for line in lines))
                assert up.poll() is None, "".join(errors)
                yield installation
            finally:
                kill_group(up)
                for thread in (reader, other):
                    thread.join(PATIENCE)
                for left in installation.processes():
                    if left != installation.postmaster():
                        left.kill()


@contextmanager
def connected_home(company: Company, zoom_url: str, home: Path) -> Iterator[tuple[Program, str]]:
    """The program with an embedded database below this home, and the database's URL."""
    settings = {
        **APP_SETTINGS,
        "ZOOM_OAUTH_URL": zoom_url,
        "ZOOM_API_URL": zoom_url,
        "BACKLOG_DELIVERIES": BACKLOG,
    }
    program = Program(home, settings)
    share_what_dbt_parsed(home)
    try:
        migrated = program("migrate")
        assert migrated.code == 0, migrated.err
        url = program("database-url").out.splitlines()[-1]
        connect_company(program, url, company)
        yield program, url
    finally:
        program("stop")
