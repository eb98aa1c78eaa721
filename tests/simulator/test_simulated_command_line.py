"""The commands as another program starts them."""

from __future__ import annotations

import csv
import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from simulator.app import APP_ID
from simulator.demo.calendar import earlier_days, last_working_day
from simulator.demo.company import build_demo_company
from tests.patience import PATIENCE
from tests.simulator.local_receiver import SECRET, Receiver

ENVIRONMENT = {
    **{key: value for key, value in os.environ.items() if not key.startswith("ZOOM_")},
    "ZOOM_CLIENT_ID": "the-client",
    "ZOOM_CLIENT_SECRET": "the-client-secret",
    "ZOOM_WEBHOOK_SECRET_TOKEN": f"{SECRET},an-older-secret",
}


def simulate(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "simulator", *arguments]
    env = {**ENVIRONMENT, **environment}
    return subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@contextmanager
def serving(
    *arguments: str, of: tuple[str, ...] = ()
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its base URL, which it prints on stderr when it listens."""
    command = [sys.executable, "-m", "simulator", *of, "serve", "--port", "0", *arguments]
    with subprocess.Popen(
        command, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            line = process.stderr.readline()
            yield process, re.search(r"http://127\.0\.0\.1:\d+", line).group()
        finally:
            if process.poll() is None:
                process.kill()


def test_the_directory_is_a_csv_of_the_known_people() -> None:
    answer = simulate("directory")
    rows = list(csv.DictReader(io.StringIO(answer.stdout)))
    assert rows[0] == {
        "email": "olivia.hart@acme-works.com",
        "full_name": "Olivia Hart",
        "role": "owner",
        "time_zone": "Europe/Berlin",
        "created_at": "2024-09-22T09:00:00Z",
    }
    assert len(rows) == 24


def test_a_day_is_played_and_counted(receiver: Receiver) -> None:
    day = ("day", "--date", "2026-03-02", "--users", "10")
    answer = simulate(*day, "--webhook-url", receiver.url)
    sent = len(receiver.bodies)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == (
        f"day=2026-03-02 deliveries={sent} sent={sent} accepted={sent} "
        "retried=0 refused=0 given_up=0\n"
    )


def test_a_refused_delivery_makes_the_day_fail(receiver: Receiver) -> None:
    receiver.statuses = [401]
    answer = simulate("day", "--date", "2026-03-02", "--users", "10", "--webhook-url", receiver.url)
    assert answer.returncode == 1
    assert "refused=1 " in answer.stdout


def test_counting_alone_sends_nothing() -> None:
    answer = simulate("day", "--date", "2026-03-02", "--only-counts")
    counts = dict(reversed(line.split()) for line in answer.stdout.splitlines())
    assert answer.returncode == 0
    assert int(counts["meeting.participant_joined"]) > 100


@pytest.mark.parametrize(
    ("arguments", "environment", "error"),
    [
        (("day", "--date", "someday"), {}, "'someday' is not a date. Use YYYY-MM-DD"),
        (("day", "--date", "today"), {}, "--webhook-url is required"),
        (
            ("day", "--date", "today", "--webhook-url", "http://127.0.0.1:1/", "--wait", "0"),
            {},
            "No response from http://127.0.0.1:1/. Check that the receiver is running.",
        ),
        (
            ("day", "--date", "today", "--webhook-url", "http://127.0.0.1:1/"),
            {"ZOOM_WEBHOOK_SECRET_TOKEN": ""},
            "ZOOM_WEBHOOK_SECRET_TOKEN to sign webhooks",
        ),
        (("serve", "--port", "0", "--live"), {}, "require --webhook-url"),
        (("serve", "--port", "0"), {"ZOOM_CLIENT_ID": ""}, "ZOOM_CLIENT_ID"),
        (("directory", "--users", "3"), {}, "x>=10"),
    ],
)
def test_a_missing_or_invalid_option_is_named(
    arguments: tuple[str, ...], environment: dict[str, str], error: str
) -> None:
    answer = simulate(*arguments, **environment)
    assert answer.returncode != 0
    assert error in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_answers_until_it_is_stopped(number: signal.Signals) -> None:
    with serving() as (process, url):
        answer = requests.get(f"{url}/v2/users", timeout=PATIENCE)
        process.send_signal(number)
        process.wait(timeout=PATIENCE)
        errors = process.stderr.read()
    assert (answer.status_code, process.returncode, errors) == (401, 0, "")


def test_the_server_plays_days_and_continues_live_until_it_is_stopped(
    receiver: Receiver,
) -> None:
    days = ("--play-day", "2026-03-02", "--play-day", "2026-03-03", "--users", "10")
    with serving(*days, "--live", "--webhook-url", receiver.url) as (process, _):
        lines = [process.stdout.readline() for _ in range(2)]
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)
    assert [line.split()[0] for line in lines] == ["day=2026-03-02", "day=2026-03-03"]
    assert process.returncode == 0


def test_a_port_that_is_in_use_is_named() -> None:
    with serving() as (_, url):
        port = url.rsplit(":", 1)[1]
        answer = simulate("serve", "--port", port)
    assert answer.returncode == 1
    assert f"Cannot use port {port} (" in answer.stderr


def test_swallowed_events_do_not_arrive_and_are_counted(receiver: Receiver) -> None:
    day = ("day", "--date", "2026-03-02", "--users", "10", "--swallow", "0.3")
    answer = simulate(*day, "--webhook-url", receiver.url)
    counts = dict(field.split("=") for field in answer.stdout.split())
    assert (answer.returncode, answer.stderr) == (0, "")
    assert 0 < int(counts["swallowed"]) == int(counts["deliveries"]) - len(receiver.bodies)


def test_a_running_simulator_hears_of_a_day_that_another_process_sends(
    receiver: Receiver,
) -> None:
    day = ("day", "--date", "yesterday", "--users", "10", "--swallow-day", "yesterday")
    with serving("--users", "10") as (_, url):
        logging = ("--log-swallowed", "--zoom-url", url)
        answer = simulate(*day, *logging, "--webhook-url", receiver.url)
        rows = _failed_deliveries(url)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert {row["retry_num"] for row in rows} == {0, 1, 2, 3}
    assert not {row["request_body"].encode() for row in rows} & set(receiver.bodies)


def test_the_server_reports_what_it_swallowed_itself(receiver: Receiver) -> None:
    day = ("--play-day", "yesterday", "--swallow-day", "yesterday", "--log-swallowed")
    with serving(*day, "--users", "10", "--webhook-url", receiver.url) as (process, url):
        process.stdout.readline()
        rows = _failed_deliveries(url)
    assert rows


def test_a_simulator_that_does_not_run_is_named(receiver: Receiver) -> None:
    day = ("day", "--date", "2026-03-02", "--users", "10", "--zoom-url", "http://127.0.0.1:1")
    answer = simulate(*day, "--webhook-url", receiver.url)
    assert answer.returncode == 1
    assert "No response from http://127.0.0.1:1/_control/history. Check that" in answer.stderr


def test_the_demo_reports_the_days_that_were_sent_before_it_was_started(
    receiver: Receiver,
) -> None:
    ends_on = last_working_day(datetime.now(UTC).date())
    day = earlier_days(ends_on)[-1]
    story = ("--story-ends", ends_on.isoformat(), "--webhook-url", receiver.url)
    with serving(*story, of=("demo",)) as (_, url):
        found = [_sessions(url, one.isoformat()) for one in (day, day - timedelta(days=1))]
    assert (found[0] > 0, found[1]) == (True, 0)


def _sessions(url: str, day: str) -> int:
    """How many sessions the demo's REST API reports."""
    company = build_demo_company()
    client = (ENVIRONMENT["ZOOM_CLIENT_ID"], ENVIRONMENT["ZOOM_CLIENT_SECRET"])
    with requests.Session() as http:
        http.trust_env = False
        limits = {"label": "heavy", "per_second": 1000}
        http.post(f"{url}/_control/limits", json=limits, timeout=PATIENCE)
        form = {"grant_type": "account_credentials", "account_id": company.account_id}
        tokens = http.post(f"{url}/oauth/token", data=form, auth=client, timeout=PATIENCE).json()
        http.headers["authorization"] = f"Bearer {tokens['access_token']}"
        reports = [f"{url}/v2/report/users/{user.id}/meetings" for user in company.active]
        days = {"from": day, "to": day}
        answers = [http.get(report, params=days, timeout=PATIENCE) for report in reports]
    return sum(answer.json()["total_records"] for answer in answers)


def _failed_deliveries(url: str) -> list[dict[str, Any]]:
    client = (ENVIRONMENT["ZOOM_CLIENT_ID"], ENVIRONMENT["ZOOM_CLIENT_SECRET"])
    form = {"grant_type": "client_credentials"}
    tokens = requests.post(f"{url}/oauth/token", data=form, auth=client, timeout=PATIENCE).json()
    answer = requests.get(
        f"{url}/v2/marketplace/apps/{APP_ID}/webhook_logs",
        params={"page_size": 300},
        headers={"authorization": f"Bearer {tokens['access_token']}"},
        timeout=PATIENCE,
    )
    return answer.json()["webhook_logs"]
