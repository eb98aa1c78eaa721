"""A receiver of webhooks: it keeps every request, and answers as it is asked to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.patience import wait_until


@dataclass(frozen=True)
class Call:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.body)["data"]


@dataclass
class Receiver:
    """`answers` are used up one by one: a status, or a function that gets the handler; then 204."""

    port: int
    calls: list[Call] = field(default_factory=list)
    answers: list[int | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?key=of-the-host"

    @property
    def causes(self) -> list[str]:
        """One for each message: a receiver knows it by its id, however often it is sent."""
        by_id = {one.headers["webhook-id"]: one.data.get("cause", "test") for one in self.calls}
        return sorted(by_id.values())

    def wait_for(self, number: int) -> list[Call]:
        wait_until(lambda: len(self.calls) >= number)
        return self.calls


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def do_POST(self) -> None:
        receiver = self.server.receiver
        length = int(self.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.calls.append(Call(self.path, headers, self.rfile.read(length)))
        answer = receiver.answers.pop(0) if receiver.answers else 204
        if callable(answer):
            answer(self)
        else:
            self.send_response(answer)
            self.end_headers()

    do_GET = do_POST

    def log_message(self, *_args: Any) -> None:
        pass


@contextmanager
def webhook_receiver() -> Iterator[Receiver]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.receiver = Receiver(server.server_address[1])  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.receiver  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
