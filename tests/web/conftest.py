"""The real app under a real server, on a free port of this machine."""

import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
import uvicorn
from psycopg.rows import dict_row

from integration.database.role_names import Role
from integration.settings import Settings
from integration.web.app import create_app
from integration.web.receiver.deliveries import POOL_MIN
from integration.web.serve import config_of
from tests.patience import PATIENCE, wait_until

# Not /readyz, which caches its answer for a while.
CONNECTIONS = """
    select count(*) from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and state = 'idle'
"""
CONNECTIONS_AT_START = POOL_MIN + 1  # the receiver's, and the page's one
NEWER_SECRET, OLDER_SECRET = "newer-secret-of-the-tests", "older-secret-of-the-tests"


@dataclass(frozen=True)
class Receiver:
    """A running web server, and the requests that Zoom would send to it."""

    base: str
    database_url: str
    http: requests.Session = field(default_factory=requests.Session)
    newer_secret: str = NEWER_SECRET
    older_secret: str = OLDER_SECRET

    def get(self, path: str) -> requests.Response:
        return self.http.get(self.base + path, timeout=PATIENCE, allow_redirects=False)

    def post(
        self, body: bytes | Iterator[bytes], *, headers: dict[str, Any] | None = None
    ) -> requests.Response:
        """Posts a delivery with these headers; without any, it is signed as Zoom signs it now."""
        headers = self.signed(body) if headers is None else headers
        return self.http.post(
            f"{self.base}/webhooks/zoom", data=body, headers=headers, timeout=PATIENCE
        )

    @staticmethod
    def signed(
        body: bytes, *, secret: str = NEWER_SECRET, age: int = 0, timestamp: str | None = None
    ) -> dict[str, Any]:
        """The headers of a correct signature, whatever the timestamp."""
        raw = (str(int(time.time()) - age) if timestamp is None else timestamp).encode("utf-8")
        digest = hmac.new(secret.encode(), b"v0:" + raw + b":" + body, hashlib.sha256).hexdigest()
        return {"x-zm-request-timestamp": raw, "x-zm-signature": f"v0={digest}"}

    def deliveries(self, *columns: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.database_url, row_factory=dict_row) as connection:
            rows = connection.execute(
                "select * from ingress.deliveries order by delivery_id"
            ).fetchall()
        return [{name: row[name] for name in columns} for row in rows]

    def metric(self, line: str) -> float:
        """The value of the line of /metrics that starts with this text."""
        found = [m for m in self.get("/metrics").text.splitlines() if m.startswith(line + " ")]
        assert len(found) == 1, line
        return float(found[0].rpartition(" ")[2])


def settings_with(home: Path, *, secrets: str = f"{NEWER_SECRET},{OLDER_SECRET}") -> Settings:
    page = {"SESSION_KEY": "session-key-of-the-tests", "PUBLIC_URL": "http://127.0.0.1:8080"}
    return Settings(home=home, values={"ZOOM_WEBHOOK_SECRET_TOKEN": secrets, **page})


@contextmanager
def running(settings: Settings, url: str, *, only: Role | None = None) -> Iterator[Receiver]:
    server = uvicorn.Server(config_of(create_app(settings, url, only=only)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        receiver = Receiver(f"http://127.0.0.1:{listener.getsockname()[1]}", url)
        try:
            yield receiver
        finally:
            receiver.http.close()
            server.should_exit = True
            thread.join()


@pytest.fixture
def start_receiver(tmp_path: Path) -> Iterator[Callable[[str], Receiver]]:
    """Starts the web server on the database at a URL; it stops with the test."""
    with ExitStack() as stack:
        yield lambda url: stack.enter_context(running(settings_with(tmp_path), url))


@pytest.fixture
def receiver(start_receiver: Callable[[str], Receiver], database_url: str) -> Receiver:
    """A started receiver, with all the initial connections in its pools."""
    receiver = start_receiver(database_url)
    with psycopg.connect(database_url, autocommit=True) as watcher:
        wait_until(lambda: watcher.execute(CONNECTIONS).fetchone()[0] >= CONNECTIONS_AT_START)
    return receiver
