"""Stops the server without a refused request: a load balancer learns from /readyz that the process
is going to stop, and has time to send requests elsewhere.
"""

from time import monotonic
from types import FrameType
from typing import Any

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Stopping:
    """Whether this process is going to stop."""

    def __init__(self) -> None:
        self.is_stopping = False


class ClosesConnections:
    """Middleware: once the process is stopping, each response is the last one of its connection, so
    that no request is sent on a connection that is just being closed.
    """

    def __init__(self, app: ASGIApp, *, stopping: Stopping) -> None:
        self._app = app
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_last(message: Message) -> None:
            if self._stopping.is_stopping and message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, receive, send_last)


class DrainingServer(uvicorn.Server):
    """A server that answers for `drain_seconds` more after the first signal to stop."""

    def __init__(self, config: uvicorn.Config, *, stopping: Stopping, drain_seconds: float) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._drain_seconds = drain_seconds
        self._stops_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._stops_at is None:
            self._stopping.is_stopping = True
            self._stops_at = monotonic() + self._drain_seconds
        if monotonic() >= self._stops_at or self._captured_signals:
            super().handle_exit(sig, frame)
        else:
            self._captured_signals.append(sig)

    async def on_tick(self, counter: int) -> Any:
        is_over = self._stops_at is not None and monotonic() >= self._stops_at
        return await super().on_tick(counter) or is_over
