"""`up` while the database does not answer for half a minute, as when a managed server fails over,
and after its code server was killed: deliveries are refused, everything works afterwards, and the
logs say only once what happened.
"""

import math
import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
import requests

from integration.commands.code_server import listens
from integration.database import embedded
from simulator.company import Company
from simulator.playing import deliveries_of
from tests.commands.program import APP_SETTINGS, Program, directory_file, program_with, rows
from tests.memory import in_memory
from tests.patience import PATIENCE, wait_until
from tests.processes.processes import DAY, ORGANIZATION, answers, free_port, kill_group
from tests.processes.signing import signed
from tests.processes.whole import READY, read_along

OUTAGE_SECONDS = 30
PROCESSES = ("receiver", "dagster-daemon", "dagster-code-server", "dagster-webserver")
# What differs from line to line although it says the same: times, numbers, addresses of objects.
DIFFERS = re.compile(r"0x[0-9a-f]+|\d[\d:.,TZ-]*")
DIFFERENT_LINES = 20
FINISHED = "select count(*) > 0 from pipeline.batches where finished_at is not null"
LANDED = "select count(*) from ingress.deliveries where disposition = 'landed'"


@dataclass(frozen=True)
class Outage:
    """What was written to each log while the database was away, and what the receiver answered."""

    logs: dict[str, list[str]]
    minutes: int
    codes: Counter[int]
    code_after: int
    landed: int


@contextmanager
def database() -> Iterator[tuple[Path, str]]:
    """A server of which `up` knows only the address; yields the folder above it, and its URL."""
    folder = TemporaryDirectory(prefix="worksights-", dir=in_memory(), ignore_cleanup_errors=True)
    with folder as home:
        url = embedded.url_of(Path(home))
        try:
            yield Path(home), url
        finally:
            embedded.stop(Path(home))


@pytest.fixture(scope="module")
def outage(company: Company, zoom_url: str) -> Iterator[Outage]:
    port, dagster_port = free_port(), free_port()
    page = f"http://127.0.0.1:{port}"
    zoom = {"ZOOM_OAUTH_URL": zoom_url, "ZOOM_API_URL": zoom_url}
    arguments = ("up", "--port", str(port), "--dagster-port", str(dagster_port))
    bodies = [one.body for one in deliveries_of(company, DAY, seed=1)]
    with (
        database() as (server, url),
        program_with(**APP_SETTINGS, **zoom, DATABASE_URL=url) as program,
        program.start(*arguments) as process,
    ):
        try:
            kill_the_code_server(process, program)
            before = {name: len(text_of(program, name)) for name in PROCESSES}
            began = time.monotonic()
            embedded.stop(server)
            codes: Counter[int] = Counter()
            while time.monotonic() - began < OUTAGE_SECONDS:
                codes[send(page, bodies[0])] += 1
                time.sleep(1)
            embedded.url_of(server)
            wait_until(lambda: answers(f"{page}/readyz"))
            minutes = math.ceil((time.monotonic() - began) / 60)
            logs = {name: text_of(program, name)[before[name] :] for name in PROCESSES}
            connect(program, company)
            code_after = send(page, bodies[0])
            for body in bodies[1:]:
                send(page, body)
            wait_until(lambda: rows(url, FINISHED) == [(True,)], every=1.0)
            [(landed,)] = rows(url, LANDED)
        finally:
            process.terminate()  # it stops its processes, which are in groups of their own
            process.wait(timeout=PATIENCE)
            kill_group(process)
        lines = {name: log.splitlines() for name, log in logs.items()}
        yield Outage(lines, minutes, codes, code_after, landed)


def kill_the_code_server(process: subprocess.Popen[str], program: Program) -> None:
    """Kills it when everything is running, and waits until it answers again."""
    lines, _ = read_along(process)
    wait_until(lambda: process.poll() is not None or any(READY in line for line in lines))
    assert process.poll() is None, process.stderr.read()
    children = psutil.Process(process.pid).children()
    [server] = [one for one in children if "dagster api grpc" in " ".join(one.cmdline())]
    os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: "dagster-code-server was restarted.\n" in lines)
    wait_until(lambda: listens(program.home))


def connect(program: Program, company: Company) -> None:
    """A new connection, for which a sensor starts a batch."""
    owner = next(one for one in company.colleagues if one.role == "executive")
    file = directory_file(program.home, company)
    for answer in (
        program("import-users", str(file), "--organization", ORGANIZATION),
        program(
            "connect", "--organization", ORGANIZATION, "--zoom-account", company.account_id,
            "--owner", owner.email, "--server-to-server",
        ),
    ):  # fmt: skip
        assert answer.code == 0, answer.err


def send(page: str, body: bytes) -> int:
    with requests.Session() as http:
        http.trust_env = False
        return http.post(
            f"{page}/webhooks/zoom", data=body, headers=signed(body), timeout=PATIENCE
        ).status_code


def text_of(program: Program, name: str) -> str:
    return (program.home / "logs" / f"{name}.log").read_text()


def test_deliveries_are_refused_until_the_database_is_back(outage: Outage) -> None:
    assert set(outage.codes) == {503}
    assert outage.code_after == 204


def test_a_batch_runs_afterwards_with_the_code_server_that_was_restarted(outage: Outage) -> None:
    assert outage.landed > 100


@pytest.mark.parametrize("name", PROCESSES)
def test_no_log_repeats_a_line_for_each_attempt(outage: Outage, name: str) -> None:
    """Without a limit, Dagster's daemon writes 2,300 lines in this time, with tracebacks."""
    said = Counter(DIFFERS.sub("…", line) for line in outage.logs[name])
    repeated = {line: count for line, count in said.items() if count > outage.minutes + 1}
    assert repeated == {}
    assert len(said) <= DIFFERENT_LINES
    assert [line for line in said if "Traceback" in line or "Stack Trace" in line] == []


def test_the_logs_say_what_happened(outage: Outage) -> None:
    receiver, daemon = ("\n".join(outage.logs[name]) for name in PROCESSES[:2])
    assert "delivery not stored: PoolTimeout" in receiver
    assert re.search(r"ERROR dagster\.daemon.*connection to server", daemon)
