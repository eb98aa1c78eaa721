"""A small webhook receiver that answers as planned and remembers what it received."""

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
    """Answers with the planned statuses one after the other, then always with 204.

    It passes the challenge with `secret`, which does not count as a delivery.
    """

    url: str = ""
    secret: str = SECRET
    statuses: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    delay_seconds: float = 0.0
    challenges: int = 0

    def signature_of(self, number: int) -> str:
        """The signature that this delivery must have by Zoom's documentation."""
        timestamp = self.headers[number]["x-zm-request-timestamp"]
        message = b"v0:" + timestamp.encode() + b":" + self.bodies[number]
        return "v0=" + hmac.new(self.secret.encode(), message, hashlib.sha256).hexdigest()


@contextmanager
def listening() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            read = json.loads(body)
            if read.get("event") == "endpoint.url_validation":
                receiver.challenges += 1
                self._answer(200, _passed(read["payload"]["plainToken"], receiver.secret))
                return
            receiver.bodies.append(body)
            receiver.headers.append({key.lower(): value for key, value in self.headers.items()})
            time.sleep(receiver.delay_seconds)
            self._answer(receiver.statuses.pop(0) if receiver.statuses else 204, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status != 204:
                self.send_header("content-length", str(len(body)))
            if 300 <= status < 400:
                self.send_header("location", receiver.url)
            self.end_headers()
            if body:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks/zoom"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _passed(token: str, secret: str) -> bytes:
    encrypted = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    return json.dumps({"plainToken": token, "encryptedToken": encrypted}).encode()
