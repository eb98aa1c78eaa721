"""Runs the app on a port in a thread of this process, for the command line and for tests."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from simulator.server import create_app
from simulator.world import World

_START_SECONDS = 60.0


class NotStartedError(Exception):
    """The server did not start: the port is taken, or the log has the reason."""


@contextmanager
def running(world: World, *, port: int = 0) -> Iterator[str]:
    """Serve this world on 127.0.0.1 during the block; yield the base URL. Port 0: any free port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _bind(listener, port)
        config = uvicorn.Config(
            create_app(world), log_level="warning", access_log=False, lifespan="off", ws="none"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            _wait_for(server, thread)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _bind(listener: socket.socket, port: int) -> None:
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        raise NotStartedError(
            f"Cannot use port {port} ({error.strerror}). Choose another with --port."
        ) from error


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    give_up_at = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > give_up_at:
            raise NotStartedError("The Zoom simulator did not start. See the error above.")
        time.sleep(0.01)
