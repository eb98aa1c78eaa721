"""An `up` whose processes are killed one by one, and then itself; and the `up` after it."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.commands.program import APP_SETTINGS, Answer, program_with
from tests.patience import PATIENCE, wait_until
from tests.processes.processes import answers, free_port, kill_group
from tests.processes.whole import CHILDREN, READY, child_with, is_alive, read_along


@dataclass(frozen=True)
class Seen:
    out: str
    second: Answer
    answered_again: list[str]
    out_of_the_next: str
    left_by_the_killed: list[psutil.Process]
    code: int
    err: str
    address: str
    home: Path
    left_at_the_end: list[psutil.Process]
    stop: str


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    port, dagster_port = free_port(), free_port()
    page, dagster = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{dagster_port}"
    arguments = ("up", "--port", str(port), "--dagster-port", str(dagster_port))
    with program_with(**APP_SETTINGS) as program:
        with program.start(*arguments) as first:
            try:
                lines = ready_lines(first)
                second = program("up", "--port", str(free_port()))
                answered_again = []
                for command, name in CHILDREN.items():
                    child_with(first, command).kill()
                    wait_until(lambda name=name: f"{name} was restarted.\n" in lines)
                    wait_until(lambda command=command: child_with(first, command) is not None)
                    wait_until(lambda: answers(f"{page}/readyz"))
                    wait_until(lambda: answers(f"{dagster}/server_info"))
                    answered_again.append(name)
                left = psutil.Process(first.pid).children(recursive=True)
            finally:
                first.kill()
                first.wait()
        with program.start(*arguments) as following:
            try:
                later = ready_lines(following)
                started = psutil.Process(following.pid).children(recursive=True)
                os.kill(following.pid, signal.SIGTERM)
                following.wait(timeout=PATIENCE)
                err = following.stderr.read()
            finally:
                kill_group(following)
        yield Seen(
            "".join(lines), second, answered_again, "".join(later), left, following.returncode,
            err, page, program.home, started, program("stop").out,
        )  # fmt: skip


def ready_lines(process: subprocess.Popen[str]) -> list[str]:
    lines, _ = read_along(process)
    wait_until(lambda: process.poll() is not None or any(READY in line for line in lines))
    assert process.poll() is None, process.stderr.read()
    return lines


@pytest.mark.parametrize("name", CHILDREN.values())
def test_a_killed_process_is_reported_and_started_again(seen: Seen, name: str) -> None:
    assert f"\n{name} was terminated by SIGKILL. It will be restarted in 2 seconds." in seen.out
    assert f"\n{name} was restarted.\n" in seen.out
    assert name in seen.answered_again


def test_a_second_one_with_the_same_home_is_refused(seen: Seen) -> None:
    assert seen.second.is_a_plain_refusal
    assert "`up` is already running in this WORKSIGHTS_ZOOM_HOME (process " in seen.second.err


def test_the_next_one_stops_what_a_killed_one_left_and_takes_its_ports(seen: Seen) -> None:
    assert len(seen.left_by_the_killed) >= len(CHILDREN)
    assert " left by a killed `up`…\n" in seen.out_of_the_next
    assert f"  webhook URL    {seen.address}/webhooks/zoom\n" in seen.out_of_the_next
    assert [one for one in seen.left_by_the_killed if one.is_running() and is_alive(one)] == []


def test_when_asked_to_stop_it_stops_everything_including_the_database(seen: Seen) -> None:
    assert (seen.code, seen.err) == (0, "")
    assert seen.out_of_the_next.endswith("\nStopped.\n")
    wait_until(lambda: not any(c.is_running() and is_alive(c) for c in seen.left_at_the_end))
    assert not answers(f"{seen.address}/healthz")
    # The one that was killed had started it.
    assert seen.stop == "The embedded PostgreSQL server is not running.\n"


def test_a_chosen_port_that_is_taken_is_refused_with_who_uses_it() -> None:
    with program_with(**APP_SETTINGS) as program, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = program("up", "--port", str(port))
        of_dagster = program("up", "--port", str(free_port()), "--dagster-port", str(port))
    assert answer.is_a_plain_refusal
    assert f"Port {port} is in use by " in answer.err
    assert answer.err.endswith("or choose another with --port.\n")
    assert of_dagster.err.endswith("or choose another with --dagster-port.\n")
