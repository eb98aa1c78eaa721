"""Dagster's web server, for browsers of this machine and only to look, unless the operator says
otherwise.

Dagster asks no one to sign in, and takes commands from any web site that a browser on the machine
has open. So this refuses what other sites make a browser send, and names that they point here, and
Dagster refuses to start, end or change anything (`--read-only`). DAGSTER_HOSTS adds the names of a
proxy on this machine that asks people to sign in; DAGSTER_CHANGES=allowed lets everyone who can
open the pages use all of Dagster, including other users of this machine.
"""

import sys
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from dagster_webserver import app
from dagster_webserver.cli import cli
from dagster_webserver.webserver import DagsterWebserver
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from integration.settings import read_settings

LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")
REFUSED = (
    "Open Dagster directly at its address on this machine (127.0.0.1 or localhost). Requests from "
    "other sites are refused. To serve it behind a proxy, set DAGSTER_HOSTS.\n"
)


def is_from_here(
    headers: Mapping[str, str], *, is_navigation_allowed: bool, hosts: Collection[str] = ()
) -> bool:
    """Whether the request is for this machine, or one of these hosts, by name, and from Dagster's
    own pages or no page. A link on another page may only open one of Dagster's pages.
    """
    host = headers.get("host", "")
    origin = headers.get("origin")
    try:
        name = urlsplit(f"//{host}").hostname
        place = None if origin is None else urlsplit(origin).netloc
    except ValueError:  # such as a bracket that is not closed
        return False
    if name not in (*LOCAL_NAMES, *hosts):
        return False  # a name of another site that points here, whose pages could read the answer
    if place not in (None, host):
        return False
    if headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
        return True
    return is_navigation_allowed and headers.get("sec-fetch-mode") == "navigate"


class OnlyFromHere:
    """Middleware that refuses all other requests, including websocket requests."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        opens_page = scope.get("method") == "GET" and not scope["path"].startswith("/graphql")
        headers = Headers(scope=scope)
        if is_from_here(headers, is_navigation_allowed=opens_page, hosts=self._hosts):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before accepting it: 403
        else:
            await PlainTextResponse(REFUSED, status_code=403)(scope, receive, send)


class LocalWebserver(DagsterWebserver[Any, Any]):
    """Dagster's web server behind the middleware."""

    def build_middleware(self) -> list[Middleware]:
        hosts = read_settings().dagster_hosts
        return [Middleware(OnlyFromHere, hosts=hosts), *super().build_middleware()]


def main() -> None:
    """Runs `dagster-webserver` with these options, read-only unless the settings allow changes."""
    app.DagsterWebserver = LocalWebserver  # type: ignore[attr-defined]
    only_to_look = [] if read_settings().dagster_changes else ["--read-only"]
    cli.main([*only_to_look, *sys.argv[1:]], prog_name="dagster-webserver")


if __name__ == "__main__":
    main()
