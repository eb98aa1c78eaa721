"""A tiny HTTP server that gives prepared answers in turn, so that real requests are tested."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from integration.zoom.client import ZoomClient
from integration.zoom.http import zoom_session

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OLD_TOKEN, NEW_TOKEN = "made-up-old-token", "made-up-new-token"


class AnsweringServer:
    """`answers` are given in turn (a missing one is a 500); `requests` are those it received."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: list[tuple[int, bytes, dict[str, str]]] = []
        self.requests: list[dict[str, Any]] = []

    def will_answer(self, status: int, body: Any = None, **headers: str) -> None:
        """`body` as JSON, bytes as they are; underscores in header names become hyphens."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append((status, content, named))

    def asked(self) -> list[tuple[str, dict[str, str]]]:
        """Path and query (or form) of each request."""
        return [(request["path"], request["fields"]) for request in self.requests]


@pytest.fixture
def zoom() -> Iterator[AnsweringServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            url = urlsplit(self.path)
            text = self.rfile.read(length).decode() if length else url.query
            answering.requests.append(
                {
                    "method": self.command,
                    "path": url.path,
                    "fields": dict(parse_qsl(text)),
                    "headers": dict(self.headers),
                }
            )
            missing = (500, b"no answer was prepared", {})
            status, content, headers = answering.answers.pop(0) if answering.answers else missing
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *_args: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answering = AnsweringServer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield answering
    server.shutdown()
    thread.join()
    server.server_close()


class Clock:
    """Advances only by sleeps, which it records."""

    def __init__(self) -> None:
        self.now = NOW
        self.sleeps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += timedelta(seconds=seconds)


class Tokens:
    """Returns the old token until it is refused, and records its arguments."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []

    def __call__(self, failing: str | None) -> str:
        self.asked.append(failing)
        return NEW_TOKEN if OLD_TOKEN in self.asked else OLD_TOKEN


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def zoom_client(zoom: Any, clock: Clock, tokens: Tokens) -> Iterator[ZoomClient]:
    with zoom_session() as session:
        yield ZoomClient(
            zoom.url, tokens, session=session, clock=lambda: clock.now, sleep=clock.sleep
        )


def page(*ids: str, then: str = "") -> dict[str, Any]:
    return {"next_page_token": then, "users": [{"id": i, "status": "active"} for i in ids]}


def ids_of(pages: Iterator[list[dict[str, Any]]]) -> list[list[str]]:
    return [[user["id"] for user in users] for users in pages]
