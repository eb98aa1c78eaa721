"""Starting and killing the processes under test, with a connected company."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import requests

from simulator.company import Company
from tests.commands.program import APP_SETTINGS, Program, directory_file, execute, program_with
from tests.patience import PATIENCE, wait_until

# Long past, so that no event is later than its arrival, whatever the clock says.
DAY = date(2025, 3, 3)
CONNECTED_AT = "2025-01-01T00:00:00Z"
ORGANIZATION = "acme"


@contextmanager
def connected_program(url: str, company: Company, *, zoom_url: str) -> Iterator[Program]:
    """The program on a migrated, empty database, with the company connected long ago."""
    zoom = {"ZOOM_OAUTH_URL": zoom_url, "ZOOM_API_URL": zoom_url}
    with program_with(**APP_SETTINGS, **zoom, DATABASE_URL=url) as program:
        connect_company(program, url, company)
        yield program


def connect_company(program: Program, url: str, company: Company) -> None:
    """Imports the company's WorkSights users, and connects its Zoom account, as if long ago."""
    owner = next(one for one in company.colleagues if one.role == "executive")
    file = directory_file(program.home, company)
    for answer in (
        program("import-users", str(file), "--organization", ORGANIZATION),
        program(
            "connect",
            "--organization",
            ORGANIZATION,
            "--zoom-account",
            company.account_id,
            "--owner",
            owner.email,
            "--server-to-server",
        ),  # fmt: skip
    ):
        assert answer.code == 0, answer.err
    execute(
        url,
        "update integration.connections set connected_at = %(at)s, granted_at = %(at)s",
        {"at": CONNECTED_AT},
    )


@contextmanager
def serving(
    program: Program, *options: str, port: int = 0, only: str | None = None
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The web part as a process, or only the receiver or the page of it, ready; and its port."""
    part = ("--only", only) if only else ()
    with program.start("serve", "--port", str(port), *part, *options) as process:
        try:
            found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stderr.readline())
            assert found, "it did not listen"
            wait_until(lambda: answers(f"http://127.0.0.1:{found[1]}/readyz"))
            yield process, int(found[1])
        finally:
            kill_group(process)


def answers(address: str) -> bool:
    with requests.Session() as http:
        http.trust_env = False
        try:
            return http.get(address, timeout=PATIENCE).status_code == 200
        except requests.RequestException:
            return False


def kill_group(process: subprocess.Popen[str]) -> None:
    """Sends SIGKILL to the process and all that it started, if it still runs."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
