"""Runs the app on a port until a signal stops it."""

import logging
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress

import uvicorn
from starlette.applications import Starlette

from integration.database.role_names import Role
from integration.settings import Settings
from integration.web.app import create_app
from integration.web.metrics.port import PATH as METRICS_PATH
from integration.web.receiver.connection_limits import MAX_HEADER_BYTES, bounded_protocol
from integration.web.stopping import DrainingServer

# Longer than the 60 s for which proxies usually keep an idle connection: then the proxy closes it,
# and no delivery is sent on a connection that is just being closed.
KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 5  # no response takes longer than 3
# asyncio accepts this many connections before it handles any of them, and each is an open file.
BACKLOG = 256
OPEN_FILES = 4096
NO_PORT = 0  # no request arrives on it

logger = logging.getLogger(__name__)


class PortUnavailable(Exception):
    """A port that the process cannot listen on. Its arguments are the port and the reason."""


def serve(
    settings: Settings,
    url: str,
    *,
    port: int,
    echo: Callable[[str], None],
    host: str = "127.0.0.1",
    receiver_url: str | None = None,
    only: Role | None = None,
    drain_seconds: float = 0,
    metrics_port: int | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT and for `drain_seconds` more, finishes open requests, and
    returns. A second signal ends the waiting. Main thread only. With `metrics_port`, the metrics
    are on this port of the same host only, or nowhere if it cannot be used: deliveries and pages
    matter more.

    SettingsError without a webhook secret, PortUnavailable if `port` is taken. Port 0 is any free
    port.
    """
    app = create_app(settings, url, receiver_url=receiver_url, only=only)
    _allow_open_files()
    # After its shutdown, uvicorn raises the signal again; the process would end with an error.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    shown_host = f"[{host}]" if ":" in host else host
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        sockets = [stack.enter_context(_listener(host, port))]
        echo(f"listening on http://{shown_host}:{_port_of(sockets[0])}")
        if metrics_port is not None:
            app.state.metrics_port.number = NO_PORT
            try:
                sockets.append(stack.enter_context(_listener(host, metrics_port)))
            except PortUnavailable as error:
                logger.error(
                    "/metrics is not served: cannot use port %s (%s). Choose another with "
                    "--metrics-port. Each process on a machine needs one of its own.",
                    *error.args,
                )
            else:
                app.state.metrics_port.number = _port_of(sockets[1])
                echo(f"metrics on http://{shown_host}:{_port_of(sockets[1])}{METRICS_PATH}")
        server = DrainingServer(
            config_of(app), stopping=app.state.stopping, drain_seconds=drain_seconds
        )
        server.run(sockets=sockets)


def _listener(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise PortUnavailable(port, error.strerror) from error


def _port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def config_of(app: Starlette) -> uvicorn.Config:
    """uvicorn's configuration for the app."""
    return uvicorn.Config(
        app,
        http=bounded_protocol(),
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        backlog=BACKLOG,
        access_log=False,  # it would contain query strings
        log_config=None,  # integration/logs.py configures it
        log_level="error",  # clients that do not send HTTP would fill the log with warnings
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _allow_open_files() -> None:
    """Raises the limit of open files to OPEN_FILES, or as far as allowed; often it is 1,024."""
    given, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    if given != resource.RLIM_INFINITY and given < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
