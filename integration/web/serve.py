"""Runs the app on a port until a signal stops it."""

import asyncio
import logging
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import uvicorn
from starlette.applications import Starlette

from integration.database.role_names import Role
from integration.settings import Settings
from integration.web.app import create_app
from integration.web.metrics.port import PATH as METRICS_PATH
from integration.web.metrics.port import MetricsPort
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
RETRY_SECONDS = 5
TICKS_PER_SECOND = 10  # uvicorn's

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
    are on this port of the same host only. Until it can be used, they are nowhere: deliveries and
    pages matter more.

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
        server = _Server(config_of(app), stopping=app.state.stopping, drain_seconds=drain_seconds)
        if metrics_port is not None:
            app.state.metrics_port.number = NO_PORT
            try:
                sockets.append(stack.enter_context(_listener(host, metrics_port)))
            except PortUnavailable as error:
                logger.error(
                    "/metrics is not served yet: cannot use port %s (%s). The port is tried again "
                    f"every {RETRY_SECONDS} seconds. Each process on a machine needs one of its "
                    "own. Choose another with --metrics-port.",
                    *error.args,
                )
                server.listen_later(host, metrics_port, app.state.metrics_port)
            else:
                app.state.metrics_port.number = _port_of(sockets[1])
                echo(f"metrics on http://{shown_host}:{_port_of(sockets[1])}{METRICS_PATH}")
        server.run(sockets=sockets)


class _Server(DrainingServer):
    """Can start to listen on the port of the metrics while it runs: during an upgrade, the old
    release still has the port when the new one starts.
    """

    _waits_for: tuple[str, int, MetricsPort] | None = None

    def listen_later(self, host: str, port: int, metrics: MetricsPort) -> None:
        self._waits_for = host, port, metrics

    async def on_tick(self, counter: int) -> Any:
        if self._waits_for and counter % (RETRY_SECONDS * TICKS_PER_SECOND) == 0:
            with suppress(PortUnavailable):
                await self._listen(*self._waits_for)
                self._waits_for = None
        return await super().on_tick(counter)

    async def _listen(self, host: str, port: int, metrics: MetricsPort) -> None:
        listener = _listener(host, port)
        # As uvicorn listens on the sockets that it has from the start, and closes them at the end.
        loop = asyncio.get_running_loop()
        self.servers.append(
            await loop.create_server(self._protocol, sock=listener, backlog=self.config.backlog)
        )
        metrics.number = port
        logger.info("/metrics is served on port %s now.", port)

    def _protocol(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )


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
