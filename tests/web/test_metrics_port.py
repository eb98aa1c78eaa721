"""A port of its own for /metrics: only they are on it, and it may be taken for a while."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from integration.commands.up import place_of_metrics
from integration.settings import PROJECT, Settings
from tests.patience import PATIENCE, wait_until
from tests.pipeline.installation import CLIENT_ID, CLIENT_SECRET, ENCRYPTION_KEY
from tests.web.conftest import NEWER_SECRET

KEYS = {
    "ZOOM_WEBHOOK_SECRET_TOKEN": NEWER_SECRET,
    "SESSION_KEY": "session-key-of-the-tests",
    "PUBLIC_URL": "http://127.0.0.1:8080",
    "ZOOM_CLIENT_ID": CLIENT_ID,
    "ZOOM_CLIENT_SECRET": CLIENT_SECRET,
    "ENCRYPTION_KEY": ENCRYPTION_KEY,
}


def test_a_port_of_its_own_has_the_metrics_and_nothing_else(database_url: str) -> None:
    with serving(database_url, "--port", "0", "--metrics-port", "0") as (public, metrics):
        statuses = {
            f"{name} {path}": requests.get(f"{base}{path}", timeout=PATIENCE).status_code
            for name, base in (("public", public), ("own", metrics))
            for path in ("/metrics", "/healthz", "/sign-in")
        }
    assert statuses == {
        **{"public /metrics": 404, "public /healthz": 200, "public /sign-in": 200},
        **{"own /metrics": 200, "own /healthz": 404, "own /sign-in": 404},
    }


def test_a_port_of_its_own_that_is_taken_stops_no_process(database_url: str) -> None:
    with serving(database_url, "--port", "0", "--metrics-port", "0") as (_public, metrics):
        taken = metrics.rpartition(":")[2]
        with serving(database_url, "--port", "0", METRICS_PORT=taken) as (second, said):
            statuses = [
                requests.get(f"{second}{path}", timeout=PATIENCE).status_code
                for path in ("/healthz", "/metrics")
            ]
    assert statuses == [200, 404]
    assert "Choose another with --metrics-port." in said


def test_a_port_of_its_own_is_used_as_soon_as_it_is_free(database_url: str) -> None:
    """As in an upgrade, in which the old release still has it when the new one starts."""
    with socket.create_server(("127.0.0.1", 0)) as old:
        taken = str(old.getsockname()[1])
        with serving(database_url, "--port", "0", METRICS_PORT=taken) as (public, said):
            assert "/metrics is not served yet" in said
            old.close()
            own = f"http://127.0.0.1:{taken}"
            wait_until(lambda: answers(f"{own}/metrics"))
            statuses = {
                f"{name} {path}": requests.get(f"{base}{path}", timeout=PATIENCE).status_code
                for name, base in (("public", public), ("own", own))
                for path in ("/metrics", "/healthz")
            }
    assert statuses == {
        **{"public /metrics": 404, "public /healthz": 200},
        **{"own /metrics": 200, "own /healthz": 404},
    }


def test_up_names_the_address_of_the_metrics_only_if_they_will_be_there(tmp_path: Path) -> None:
    page = "http://127.0.0.1:8080"
    assert place_of_metrics(Settings(tmp_path, {}), page) == f"{page}/metrics"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        settings = Settings(tmp_path, {"METRICS_PORT": str(port)})
        assert place_of_metrics(settings, page) == (
            f"not served until another program releases port {port} (METRICS_PORT)"
        )
    assert place_of_metrics(settings, page) == f"http://127.0.0.1:{port}/metrics"


def answers(address: str) -> bool:
    with suppress(requests.ConnectionError):
        return requests.get(address, timeout=PATIENCE).status_code == 200
    return False


@contextmanager
def serving(url: str, *options: str, **settings: str) -> Iterator[tuple[str, ...]]:
    """The first two lines of `serve`, and of those with an address only that."""
    environment = {"DATABASE_URL": url, **KEYS, **settings, "PATH": os.environ["PATH"]}
    process = subprocess.Popen(
        [sys.executable, "-m", "integration.commands", "serve", *options],
        env=environment, stderr=subprocess.PIPE, text=True, cwd=PROJECT,
    )  # fmt: skip
    try:
        lines = [process.stderr.readline() for _ in range(2)]
        found = [re.search(r"http://127\.0\.0\.1:\d+", line) for line in lines]
        yield tuple(one[0] if one else line for one, line in zip(found, lines, strict=True))
    finally:
        process.kill()
        process.communicate()
