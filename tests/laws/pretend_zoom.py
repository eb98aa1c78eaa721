"""Serves Zoom's two lists of users for every account. The access token is the account's id."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Rows = tuple[dict[str, Any], ...]


class PretendZoom:
    """The lists that it serves, account -> rows. They can be replaced at any time."""

    def __init__(self) -> None:
        self.users: Mapping[str, Rows] = {}
        self.phone_users: Mapping[str, Rows] = {}

    def answer(self, path: str, account: str, status: str) -> Rows:
        if path == "/v2/phone/users":
            return self.phone_users.get(account, ())
        users = self.users.get(account, ())
        return tuple(user for user in users if user.get("status", "active") == status)


@contextmanager
def pretend_zoom() -> Iterator[tuple[PretendZoom, str]]:
    """A running server of these lists, and its URL."""
    zoom = PretendZoom()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            account = self.headers["Authorization"].removeprefix("Bearer ")
            status = parse_qs(asked.query).get("status", ["active"])[0]
            rows = zoom.answer(asked.path, account, status)
            body = json.dumps({"next_page_token": "", "users": rows}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield zoom, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
