"""Runs the app on a port until it is told to stop."""

import resource
import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette

from integration.settings import Settings
from integration.web.app import create_app
from integration.web.receiver.bounds import MOST_HEADER_BYTES, bounded_protocol

# Longer than the 60 s that proxies usually keep an idle connection: it is then the proxy that
# closes it, and no delivery is sent into a connection that is just being closed.
KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 5  # no answer takes longer than 3
# asyncio accepts so many connections before it looks at any of them, and each is an open file.
BACKLOG = 256
OPEN_FILES = 4096


def serve(
    settings: Settings,
    url: str,
    *,
    port: int,
    echo: Callable[[str], None],
    host: str = "127.0.0.1",
) -> None:
    """Serves until SIGTERM or SIGINT, finishes what it is answering, and returns. Main thread only.

    SettingsError without a webhook secret, OSError when the port is taken. Port 0 is any free one.
    """
    app = create_app(settings, url)
    _allow_open_files()
    # After its shutdown uvicorn raises the signal again, which would end the process with an error.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with suppress(KeyboardInterrupt), socket.create_server((host, port), family=family) as listener:
        shown_host = f"[{host}]" if ":" in host else host
        echo(f"listening on http://{shown_host}:{listener.getsockname()[1]}")
        uvicorn.Server(config_of(app)).run(sockets=[listener])


def config_of(app: Starlette) -> uvicorn.Config:
    """How the app is served, whoever runs it."""
    return uvicorn.Config(
        app,
        http=bounded_protocol(),
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        backlog=BACKLOG,
        access_log=False,  # it would have the query strings in it
        log_level="error",  # whoever sends what is no HTTP would fill the log with warnings
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _allow_open_files() -> None:
    """As many as the machine lets us, up to what is needed; often 1,024 are given at first."""
    given, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    if given != resource.RLIM_INFINITY and given < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
