"""Limits the number, duration and memory of clients' connections (contract, section 4).

A connection is waiting while its request is incomplete, and while it is idle between two requests.
One that waits too long is closed. When there are too many connections, the one that has waited
longest is closed; when their requests use too much memory, the one that uses most. Zoom's
deliveries are complete within milliseconds, so they are not affected.
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_CONNECTIONS = 384
MAX_HEADER_BYTES = 32 << 10
MAX_HELD_BYTES = 64 << 20  # of all requests that are not answered yet
REQUEST_SECONDS = 10.0
RESPONSE_SECONDS = 60.0  # a client may read slowly


class Connections:
    """All connections of one server."""

    def __init__(self) -> None:
        self._open: set[BoundedProtocol] = set()
        self._waiting: dict[BoundedProtocol, None] = {}  # the longest-waiting one first
        self._held = 0

    def add(self, connection: "BoundedProtocol") -> None:
        self._open.add(connection)
        self.wait(connection)
        if len(self._open) > MAX_CONNECTIONS:
            self.end(next(iter(self._waiting)))

    def wait(self, connection: "BoundedProtocol") -> None:
        self._waiting.pop(connection, None)
        self._waiting[connection] = None

    def work(self, connection: "BoundedProtocol") -> None:
        self._waiting.pop(connection, None)

    def hold(self, connection: "BoundedProtocol", count: int) -> None:
        self._held += count
        connection.held += count
        if self._held > MAX_HELD_BYTES:
            self.end(max(self._open, key=lambda each: each.held))

    def release(self, connection: "BoundedProtocol") -> None:
        self._held -= connection.held
        connection.held = 0

    def remove(self, connection: "BoundedProtocol") -> None:
        self.release(connection)
        self._open.discard(connection)
        self._waiting.pop(connection, None)

    def end(self, connection: "BoundedProtocol") -> None:
        self.remove(connection)
        connection.transport.abort()


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol for one connection, with deadlines and a limit on its memory."""

    all: Connections

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.held = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.all.add(self)
        self._close_in(REQUEST_SECONDS)

    def data_received(self, data: bytes) -> None:
        if self._is_between_requests:
            self._close_in(REQUEST_SECONDS)
        self.all.hold(self, len(data))
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._request_is_complete:
            self.all.work(self)
            self._close_in(RESPONSE_SECONDS)

    def on_response_complete(self) -> None:
        self.all.release(self)
        self.all.wait(self)
        self._close_in(None)
        super().on_response_complete()
        if self._request_is_complete:  # the next request was sent together with the last one
            self.all.work(self)
            self._close_in(RESPONSE_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self.all.remove(self)
        self._close_in(None)
        super().connection_lost(exc)

    @property
    def _is_between_requests(self) -> bool:
        return self.conn.their_state is h11.IDLE and self._deadline is None

    @property
    def _request_is_complete(self) -> bool:
        return self.conn.their_state in (h11.DONE, h11.MUST_CLOSE, h11.CLOSED) and bool(
            self.cycle and not self.cycle.response_complete
        )

    def _close_in(self, seconds: float | None) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = (
            None if seconds is None else self.loop.call_later(seconds, self.all.end, self)
        )


def bounded_protocol() -> type[BoundedProtocol]:
    """The protocol class for one server, with its own set of connections."""
    return type("BoundedProtocol", (BoundedProtocol,), {"all": Connections()})
