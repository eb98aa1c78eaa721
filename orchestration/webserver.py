"""Dagster's web server, for browsers of this machine and only to look.

Dagster asks nobody to sign in, and takes commands from any web site that a browser on the machine
has open. So this refuses what other sites make a browser send, and names that they point here, and
Dagster refuses to start, end or change anything (`--read-only`).
"""

import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from dagster_webserver import app
from dagster_webserver.cli import cli
from dagster_webserver.webserver import DagsterWebserver
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")
REFUSED = (
    "Open Dagster directly at its address on this machine (127.0.0.1 or localhost). Requests from "
    "other sites are refused.\n"
)


def is_from_here(headers: Mapping[str, str], *, is_navigation_allowed: bool) -> bool:
    """Whether the request is for this machine by name, and from Dagster's own pages or no page.
    A link on another page may only open one of Dagster's pages.
    """
    host = headers.get("host", "")
    origin = headers.get("origin")
    try:
        name = urlsplit(f"//{host}").hostname
        place = None if origin is None else urlsplit(origin).netloc
    except ValueError:  # such as a bracket that is not closed
        return False
    if name not in LOCAL_NAMES:
        return False  # a name of another site that points here, whose pages could read the answer
    if place not in (None, host):
        return False
    if headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
        return True
    return is_navigation_allowed and headers.get("sec-fetch-mode") == "navigate"


class OnlyFromHere:
    """Middleware that refuses all other requests, also for websockets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        opens_page = scope.get("method") == "GET" and not scope["path"].startswith("/graphql")
        if is_from_here(Headers(scope=scope), is_navigation_allowed=opens_page):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before accepting it: 403
        else:
            await PlainTextResponse(REFUSED, status_code=403)(scope, receive, send)


class LocalWebserver(DagsterWebserver[Any, Any]):
    """Dagster's web server behind the middleware."""

    def build_middleware(self) -> list[Middleware]:
        return [Middleware(OnlyFromHere), *super().build_middleware()]


def main() -> None:
    """Runs `dagster-webserver` with these options and `--read-only`."""
    app.DagsterWebserver = LocalWebserver  # type: ignore[attr-defined]
    cli.main(["--read-only", *sys.argv[1:]], prog_name="dagster-webserver")


if __name__ == "__main__":
    main()
