"""What strangers do to an open port: they send endlessly, slowly, or nothing at all."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

Attack = Callable[[int, threading.Event], None]


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def endless_header(port: int, is_over: threading.Event) -> None:
    """One header that never ends, on one connection after the other."""
    while not is_over.is_set():
        with suppress(OSError), _connected(port) as stranger:
            stranger.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
            while not is_over.is_set():
                stranger.sendall(b"a" * 65536)


def silent_connections(port: int, is_over: threading.Event) -> None:
    """1,100 that send nothing; when the server closes them, they connect again."""
    with ExitStack() as stack:
        while not is_over.is_set():
            with suppress(OSError):
                for _ in range(1100):
                    stack.enter_context(_connected(port))
                    if is_over.is_set():
                        return
            is_over.wait(1)
            stack.close()


def slow_bodies(port: int, is_over: threading.Event) -> None:
    """150 that declare a body of a megabyte, send most of it, and wait."""
    head = b"POST /webhooks/zoom HTTP/1.1\r\nHost: x\r\nContent-Length: 1048575\r\n\r\n"
    with ExitStack() as stack:
        while not is_over.is_set():
            with suppress(OSError):
                for _ in range(150):
                    stranger = stack.enter_context(_connected(port))
                    stranger.sendall(head + b"x" * 900_000)
                    if is_over.is_set():
                        return
            is_over.wait(1)
            stack.close()


def floods(*paths: str) -> Attack:
    """Each address as often as 8 connections can ask for it."""

    def ask(port: int, path: str, is_over: threading.Event) -> None:
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        while not is_over.is_set():
            with suppress(OSError), _connected(port) as stranger:
                while not is_over.is_set():
                    stranger.sendall(request)
                    stranger.recv(65536)

    def attack(port: int, is_over: threading.Event) -> None:
        threads = [
            threading.Thread(target=ask, args=(port, path, is_over))
            for path in paths
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return attack


ATTACKS: dict[str, Attack] = {
    "an endless header": endless_header,
    "1,100 silent connections": silent_connections,
    "150 slow bodies": slow_bodies,
    "floods of /readyz, /metrics and pages": floods("/readyz", "/metrics", "/services"),
}


@contextmanager
def under(attack: Attack, port: int) -> Iterator[None]:
    """The attack runs while the block runs, and starts before it."""
    is_over = threading.Event()
    thread = threading.Thread(target=attack, args=(port, is_over))
    thread.start()
    try:
        time.sleep(1)
        yield
    finally:
        is_over.set()
        thread.join()
