"""The recording of connections (test_up.py) has those that fail, too, and names looked up."""

import os
import subprocess
import sys
from pathlib import Path

WATCHING = Path(__file__).parent / "watching"
PROGRAM = """
import contextlib, requests, socket
with contextlib.suppress(requests.RequestException):
    requests.get("http://127.0.0.1:1/")
with contextlib.suppress(OSError):
    socket.getaddrinfo("telemetry.invalid", 443)
"""


def test_a_connection_and_a_name_are_recorded(tmp_path: Path) -> None:
    file = tmp_path / "seen"
    watched = {"PYTHONPATH": str(WATCHING), "CONNECTIONS_SEEN": str(file)}
    command = [sys.executable, "-c", PROGRAM]
    subprocess.run(command, check=True, env={**os.environ, **watched, "no_proxy": "*"})
    seen = {tuple(line.split()[1:]) for line in file.read_text().splitlines()}
    assert {("socket.connect", "127.0.0.1"), ("socket.getaddrinfo", "telemetry.invalid")} <= seen
