"""Processes that are asked to stop do so and exit with success."""

import os
import signal
import socket

import pytest

from tests.commands.program import APP_SETTINGS, program_with, rows
from tests.patience import PATIENCE, wait_until
from tests.processes.processes import answers, serving


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_serve_exits_with_success_when_asked_to_stop(
    asked: signal.Signals, database_url: str
) -> None:
    with (
        program_with(**APP_SETTINGS, DATABASE_URL=database_url) as program,
        serving(program) as (process, port),
    ):
        os.kill(process.pid, asked)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (0, ""), err
    assert "Traceback" not in err
    assert not answers(f"http://127.0.0.1:{port}/healthz")


def test_a_process_that_drains_still_answers_and_then_exits(database_url: str) -> None:
    with (
        program_with(**APP_SETTINGS, DATABASE_URL=database_url) as program,
        serving(program, "--drain", "3") as (process, port),
    ):
        address = f"http://127.0.0.1:{port}"
        os.kill(process.pid, signal.SIGTERM)
        wait_until(lambda: not answers(f"{address}/readyz"))
        is_alive = answers(f"{address}/healthz")
        _, err = process.communicate(timeout=PATIENCE)
    assert (is_alive, process.returncode) == (True, 0), err
    assert "Traceback" not in err


def test_the_embedded_database_outlives_the_server_that_started_it() -> None:
    with program_with(**APP_SETTINGS) as program:
        assert program("migrate").code == 0
        assert program("stop").code == 0
        with serving(program) as (process, _):
            os.kill(process.pid, signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert (program.home / "postgres" / "postmaster.pid").exists()
        url = program("database-url").out.splitlines()[-1]
        assert rows(url, "select count(*) from ingress.deliveries") == [(0,)]


def test_serve_says_which_port_is_taken(database_url: str) -> None:
    with (
        program_with(**APP_SETTINGS, DATABASE_URL=database_url) as program,
        socket.create_server(("127.0.0.1", 0)) as taken,
    ):
        port = taken.getsockname()[1]
        answer = program("serve", "--port", str(port))
    assert answer.is_a_plain_refusal
    assert f"Cannot use port {port} (" in answer.err
    assert "--port" in answer.err


def test_serve_waits_for_a_database_that_has_not_started() -> None:
    """Zoom gets 503 and retries; a receiver that exits would have to be restarted manually."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        dead = f"postgresql://worksights@127.0.0.1:{taken.getsockname()[1]}/worksights"
        with (
            program_with(**APP_SETTINGS, DATABASE_URL=dead) as program,
            program.start("serve", "--port", "0") as process,
        ):
            base = process.stderr.readline().rpartition(" ")[2].strip()
            is_alive, is_ready = answers(f"{base}/healthz"), answers(f"{base}/readyz")
            os.kill(process.pid, signal.SIGTERM)
            _, err = process.communicate(timeout=PATIENCE)
    assert (is_alive, is_ready, process.returncode) == (True, False, 0)
    assert "Traceback" not in err
