"""Connections whose timeout limits a whole response, for requests to servers that may be slow or
hostile. It must not know what is asked, or whom.
"""

import io
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

NO_DEADLINE = float("inf")

# The responses that this thread has opened.
_opened = threading.local()


@contextmanager
def closing_answers() -> Iterator[None]:
    """Closes all responses that this thread opens in the block. Of 300 malformed responses read by
    32 threads, a socket sometimes stayed open.
    """
    _opened.answers = []
    try:
        yield
    finally:
        for answer in _opened.answers:
            answer.close()


class SessionWithoutRedirects(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Always None: requests would read a redirect's whole body and parse its address."""


class _TimedReader(io.RawIOBase):
    """Reads one response. The socket's timeout, which restarts with each byte, becomes the limit
    for all bytes together.
    """

    def __init__(self, sock: Any, raw: io.RawIOBase) -> None:
        self._socket = sock
        self._raw = raw
        seconds = sock.gettimeout()
        self._ends_at = NO_DEADLINE if seconds is None else time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        if left < NO_DEADLINE:
            self._socket.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_TimedReader(sock, self.fp.detach()))
        _opened.answers.append(self)


class TimedConnection(HTTPConnection):
    response_class = _TimedResponse


class TimedTlsConnection(HTTPSConnection):
    response_class = _TimedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = TimedConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = TimedTlsConnection


class TimedAdapter(HTTPAdapter):
    """An adapter for requests with connections that time their responses, also through a proxy."""

    pools: Mapping[str, type] = {"http": _Pool, "https": _TlsPool}

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = dict(self.pools)

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = dict(self.pools)
        return manager
