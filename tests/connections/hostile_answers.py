"""How a server may answer one request, well or badly."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

DRIP_SECONDS = 0.1
# Between pieces that only a time limit ends: without a pause, they keep a core busy until then.
PAUSE_SECONDS = 0.05


@dataclass
class Exchange:
    """One request, and the means to answer it. Redirects lead to `elsewhere`."""

    account: str
    query: Mapping[str, str]
    socket: socket.socket
    stopping: threading.Event
    elsewhere: str

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def drip(self, content: bytes) -> None:
        for byte in content:
            self.send(bytes([byte]))
            if self.stopping.wait(DRIP_SECONDS):
                return

    def stall(self) -> None:
        self.stopping.wait()


Kind = Callable[[Exchange], None]


def http(body: Any = b"", status: int | str = 200, length: bool = True, **headers: str) -> bytes:
    """The bytes of a response; `body` as JSON unless it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Odd"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if length:
        named = {"Content-Length": str(len(content)), **named}
    lines = [f"HTTP/1.1 {status} {phrase}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in named.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content


def says(body: Any = b"", status: int | str = 200, **headers: str) -> Kind:
    return lambda exchange: exchange.send(http(body, status, **headers))


def raw(content: bytes) -> Kind:
    return lambda exchange: exchange.send(content)


def forever(start: bytes, again: bytes, *, pause: float = 0.0) -> Kind:
    def answer(exchange: Exchange) -> None:
        exchange.send(start)
        while not exchange.stopping.wait(pause):
            exchange.send(again)

    return answer


def redirects(status: int, to: str = "", body: Any = b"") -> Kind:
    """Back to this server if `to` is empty."""

    def answer(exchange: Exchange) -> None:
        exchange.send(http(body, status, Location=to or exchange.elsewhere))

    return answer


def stalls_after(start: bytes) -> Kind:
    def answer(exchange: Exchange) -> None:
        exchange.send(start)
        exchange.stall()

    return answer


def drips_after(start: bytes, content: bytes) -> Kind:
    def answer(exchange: Exchange) -> None:
        exchange.send(start)
        exchange.drip(content)

    return answer


def resets(exchange: Exchange) -> None:
    exchange.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def deep(levels: int) -> bytes:
    return b'{"users":' + b"[" * levels + b"]" * levels + b"}"
