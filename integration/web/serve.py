"""Runs the app on a port until it is told to stop."""

import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from integration.settings import Settings
from integration.web.app import create_app

# Longer than the 60 s that proxies usually keep an idle connection: it is then the proxy that
# closes it, and no delivery is sent into a connection that is just being closed.
KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 5  # no answer takes longer than 3


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
    config = uvicorn.Config(
        app,
        access_log=False,  # it would have the query strings in it
        log_level="warning",
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    # After its shutdown uvicorn raises the signal again, which would end the process with an error.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with suppress(KeyboardInterrupt), socket.create_server((host, port), family=family) as listener:
        shown_host = f"[{host}]" if ":" in host else host
        echo(f"listening on http://{shown_host}:{listener.getsockname()[1]}")
        uvicorn.Server(config).run(sockets=[listener])
