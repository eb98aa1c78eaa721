"""A little webhook receiver that answers as it is told and remembers what came."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "a-made-up-secret"


@dataclass
class Receiver:
    """Answers with the planned statuses one after the other, then 204 for ever.

    The challenge is passed with `secret` and counts as no delivery.
    """

    url: str = ""
    secret: str = SECRET
    statuses: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    delay_seconds: float = 0.0
    challenges: int = 0

    def signature_of(self, number: int) -> str:
        """What Zoom's documentation says the signature of this delivery must be."""
        timestamp = self.headers[number]["x-zm-request-timestamp"]
        message = b"v0:" + timestamp.encode() + b":" + self.bodies[number]
        return "v0=" + hmac.new(self.secret.encode(), message, hashlib.sha256).hexdigest()


@contextmanager
def listening() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            read = json.loads(body)
            if read.get("event") == "endpoint.url_validation":
                told.challenges += 1
                self._answer(200, _passed(read["payload"]["plainToken"], told.secret))
                return
            told.bodies.append(body)
            told.headers.append({key.lower(): value for key, value in self.headers.items()})
            time.sleep(told.delay_seconds)
            self._answer(told.statuses.pop(0) if told.statuses else 204, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status != 204:
                self.send_header("content-length", str(len(body)))
            if 300 <= status < 400:
                self.send_header("location", told.url)
            self.end_headers()
            if body:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks/zoom"
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _passed(token: str, secret: str) -> bytes:
    encrypted = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    return json.dumps({"plainToken": token, "encryptedToken": encrypted}).encode()
