"""The logs of all processes, as JSON and as text: one event per line, and no secrets in them."""

import json
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from dotenv import dotenv_values

from integration.commands.process_logs import COLORS
from tests.commands.program import APP_SETTINGS, program_with
from tests.patience import PATIENCE, wait_until
from tests.processes.leaks import SECRETS, found_in
from tests.processes.processes import free_port, kill_group
from tests.processes.whole import READY, read_along
from tests.web.conftest import Receiver

BANNER = "--- started at "  # `up` writes it at the top of each file
SECRET_IN_ADDRESS = "a-token-that-must-not-be-logged"
TEXT_LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR|CRITICAL) "
)


@dataclass(frozen=True)
class Ran:
    """The lines that each process wrote, and the secrets of the installation."""

    lines: dict[str, list[str]]
    secrets: set[str]


@pytest.fixture(scope="module", params=["json", "text"])
def ran(request: pytest.FixtureRequest) -> Iterator[tuple[str, Ran]]:
    """`up` starts, stores a delivery and refuses one; a batch succeeds, one fails; `up` stops."""
    style = request.param
    port, dagster_port = free_port(), free_port()
    page = f"http://127.0.0.1:{port}"
    with program_with(**APP_SETTINGS, LOG_FORMAT=style) as program:
        arguments = ("up", "--port", str(port), "--dagster-port", str(dagster_port))
        with program.start(*arguments) as process:
            try:
                lines, _ = read_along(process)
                wait_until(
                    lambda: process.poll() is not None or any(READY in line for line in lines)
                )
                assert process.poll() is None, process.stderr.read()
                post_deliveries(page)
                answers = [program("batch", DATABASE_URL=None)]
                with psycopg.connect(program("database-url").out.strip()) as owner:
                    owner.execute("alter table zoom_raw.events rename to elsewhere")
                answers.append(program("batch", DATABASE_URL=None))
                assert [one.code for one in answers] == [0, 1], answers[0].text[-2000:]
                os.kill(process.pid, signal.SIGINT)
                process.wait(timeout=PATIENCE)
            finally:
                kill_group(process)
        written = {
            **written_by_up(program.home),
            "batch": answers[0].text.splitlines(),
            "failed batch": answers[1].text.splitlines(),
        }
        made = dotenv_values(program.home / "keys.env").values()
        given = (APP_SETTINGS[name] for name in SECRETS if name in APP_SETTINGS)
        yield style, Ran(written, {secret for secret in (*made, *given) if secret})


def post_deliveries(page: str) -> None:
    body = b'{"event":"meeting.started","payload":{"account_id":"an-account"}}'
    signed = Receiver.signed(body, secret=APP_SETTINGS["ZOOM_WEBHOOK_SECRET_TOKEN"])
    for headers, status in ((signed, 204), ({}, 401)):
        answer = requests.post(
            f"{page}/webhooks/zoom", data=body, headers=headers, timeout=PATIENCE
        )
        assert answer.status_code == status
    requests.get(f"{page}/sign-in?token={SECRET_IN_ADDRESS}", timeout=PATIENCE)


def written_by_up(home: Path) -> dict[str, list[str]]:
    return {
        path.stem: [line for line in path.read_text().splitlines() if BANNER not in line]
        for path in (home / "logs").glob("*.log")
    }


def events(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def test_every_line_is_an_event(ran: tuple[str, Ran]) -> None:
    style, found = ran
    assert {*found.lines} >= {
        *("receiver", "dagster-code-server", "dagster-daemon", "dagster-webserver"),
        *("batch", "failed batch"),
    }
    if style == "json":
        for lines in found.lines.values():
            for event in events(lines):
                assert {"time", "level", "logger", "message"} <= event.keys()
                assert re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{3}Z", event["time"])
    else:
        assert all(TEXT_LINE.match(line) for line in found.lines["dagster-daemon"])


def test_no_line_is_written_twice_or_colored(ran: tuple[str, Ran]) -> None:
    _, found = ran
    for process, lines in found.lines.items():
        assert [line for line in lines if COLORS.search(line)] == []
        starts = [line for line in lines if line.startswith("{") or TEXT_LINE.match(line)]
        assert (process, len(starts)) == (process, len(set(starts)))


def test_lines_of_runs_and_requests_have_their_ids(ran: tuple[str, Ran]) -> None:
    style, found = ran
    if style == "json":
        refused = [one for one in events(found.lines["receiver"]) if "rejected" in one["message"]]
        assert [sorted(one.keys() & {"request_id"}) for one in refused] == [["request_id"]]
        failed = events(found.lines["failed batch"])
        assert {one["dagster_job"] for one in failed if "run_id" in one} == {"zoom_batch"}
    else:
        assert any("request_id=" in line for line in found.lines["receiver"])


def test_a_failure_is_one_event_with_its_traceback(ran: tuple[str, Ran]) -> None:
    style, found = ran
    if style == "json":
        failed = [one for one in events(found.lines["failed batch"]) if one["level"] == "ERROR"]
        texts = [one["message"] + one.get("exception", "") for one in failed]
        assert any("Traceback" in text or "Stack Trace" in text for text in texts)
        assert "The batch failed." in texts[-1]


def test_no_log_has_a_secret(ran: tuple[str, Ran]) -> None:
    _, found = ran
    places = {process: "\n".join(lines) for process, lines in found.lines.items()}
    assert len(found.secrets) == len(SECRETS)
    assert found_in(places, found.secrets | {SECRET_IN_ADDRESS}) == []
