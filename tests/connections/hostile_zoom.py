"""A Zoom that misbehaves, over real HTTP: it answers each account in another way.

An account is named `ENDPOINT.KIND`: that endpoint answers in that way, the others answer properly.
"""

import gzip
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.connections.hostile_answers import (
    PAUSE_SECONDS,
    Exchange,
    Kind,
    deep,
    drips_after,
    forever,
    http,
    raw,
    redirects,
    resets,
    says,
    stalls_after,
)

ENDPOINTS = ("token", "users", "phone")
BOMB = gzip.compress(bytes(64 * 2**20))
SCOPES_WITHOUT_END = "does not contain scopes:[" * 400_000

# No client can use these, whatever it asks for.
ANYWHERE: dict[str, Kind] = {
    "stalled": lambda exchange: exchange.stall(),
    "stalled-in-headers": stalls_after(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "stalled-in-body": stalls_after(http(b'{"users": [', Content_Length="100")),
    "drips": lambda exchange: exchange.drip(http({"users": [{"id": "z" * 9_000}]})),
    "drips-body": drips_after(http(b"", Content_Length="9000"), b" " * 9_000),
    "informs-forever": forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, pause=PAUSE_SECONDS),
    "headers-forever": forever(b"HTTP/1.1 200 OK\r\n", b"X-Again: 1\r\n" * 50),
    "one-header-forever": forever(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a" * 4_096),
    "spaces-forever": forever(http(b"", length=False), b" " * 4_096),
    "chunks-forever": forever(
        http(b"", length=False, Transfer_Encoding="chunked"), b"10\r\n" + b" " * 16 + b"\r\n"
    ),
    "huge": says(b'{"users": ["' + b"a" * (3 * 2**20) + b'"]}'),
    "huge-error": says(b'{"message": "' + b"a" * (3 * 2**20) + b'"}', 500),
    "gzip-bomb": says(BOMB, Content_Encoding="gzip"),
    "no-gzip": says(b"{}", Content_Encoding="gzip"),
    "odd-content-encoding": says(b"\x00\x01{}", Content_Encoding="rot13"),
    "redirect": redirects(302),
    "redirect-307": redirects(307),
    "redirect-with-body": redirects(301, body={"users": [], "access_token": "stolen"}),
    "redirect-without-host": redirects(302, "http://[::1"),
    "redirect-of-odd-scheme": redirects(302, "file:///etc/passwd"),
    "redirect-of-odd-letters": redirects(308, "http://xn--/\xff"),
    "not-modified": says(b"", 304),
    "empty": says(b""),
    "no-content": says(b"", 204, length=False),
    "html": says(b"<html><body>Sign in to the wireless network</body></html>"),
    "json-list": says([]),
    "json-text": says("users"),
    "json-null": says(None),
    "json-number": says(7),
    "not-a-number": says(b'{"users": NaN, "access_token": Infinity}'),
    "cut-off": says(b'{"users": [{"id": "z1"'),
    "five-thousand-digits": says(b'{"users": [{"id": ' + b"9" * 5_000 + b"}]}"),
    "five-thousand-digits-400": says(b'{"code": ' + b"9" * 5_000 + b"}", 400),
    "five-thousand-digits-500": says(b'{"code": ' + b"9" * 5_000 + b"}", 500),
    "four-thousand-digits-400": says(b'{"code": ' + b"9" * 4_000 + b"}", 400),
    "deep": says(deep(100_000)),
    "deep-400": says(deep(100_000), 400),
    "deep-message": says(
        b'{"message": ' + b"[" * 300 + b"]" * 300 + b', "reason": [[]], "error": {}}', 400
    ),
    "scopes-without-end": says({"message": SCOPES_WITHOUT_END}, 400),
    "utf-16-torn": says(b"\xff\xfe{\x00\x00\xd8"),
    "latin-1": says(b'{"users": "\xe9\xff"}', Content_Type="application/json; charset=utf-7"),
    "odd-charset": says(b"\x80\x81", Content_Type="application/json; charset=no-such"),
    "nul-bytes": says(b"\x00" * 1_000),
    "shorter-than-said": says(b'{"users": []}', Content_Length="5000"),
    "negative-length": says(b"{}", Content_Length="-5"),
    "two-lengths": raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\nConnection: close\r\n\r\n{}"
    ),
    "bad-chunk": says(b"zz\r\n{}\r\n0\r\n\r\n", length=False, Transfer_Encoding="chunked"),
    "no-http": raw(b"220 smtp ready\r\n"),
    "odd-status": raw(b"HTTP/1.1 twohundred OK\r\n\r\n{}"),
    "status-99": raw(b"HTTP/1.1 99 Low\r\nContent-Length: 2\r\n\r\n{}"),
    "status-600": says({}, 600),
    "two-hundred-headers": raw(
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"Content-Length: 2\r\n\r\n{}"
    ),
    "closed": lambda exchange: None,  # noqa: ARG005
    "reset": resets,
    "429-until-2099": says({}, 429, Retry_After="2099-01-01T00:00:00Z"),
    "429-for-years": says({}, 429, Retry_After="999999999"),
    "429-reset-in-2286": says({}, 429, X_RateLimit_Reset="9999999999"),
    "429-year-one": says({}, 429, Retry_After="0001-01-01T00:00:00+23:59"),
    "429-odd-date": says({}, 429, Retry_After="Mon, 99 Foo 2026 99:99:99 +9999"),
    "500": says({}, 500),
    "503": says(b"busy", 503, Retry_After="2099-01-01T00:00:00Z"),
    "401": says({"code": 124}, 401),
    "403": says({}, 403),
    "404": says(b"<html>", 404),
    "418": says(b"", 418),
}


def page(*ids: Any, then: Any = "") -> dict[str, Any]:
    return {"users": [{"id": each, "extension_id": "e1"} for each in ids], "next_page_token": then}


def cycle(*tokens: str) -> Kind:
    """Each page names the next one, and the last one the first."""

    def answer(exchange: Exchange) -> None:
        asked = exchange.query.get("next_page_token", tokens[-1])
        then = tokens[(tokens.index(asked) + 1) % len(tokens)]
        exchange.send(http(page(f"user-{then}", then=then)))

    return answer


def counts_up(*, has_users: bool) -> Kind:
    def answer(exchange: Exchange) -> None:
        number = int(exchange.query.get("next_page_token", "0")) + 1
        exchange.stopping.wait(PAUSE_SECONDS)
        exchange.send(http(page(*([f"user-{number}"] if has_users else []), then=str(number))))

    return answer


def second_page(kind: Kind) -> Kind:
    def answer(exchange: Exchange) -> None:
        if "next_page_token" in exchange.query:
            kind(exchange)
        else:
            exchange.send(http(page("user-1", then="second")))

    return answer


# Lists that start well: what they have delivered is used.
LISTS: dict[str, Kind] = {
    "repeated-token": says(page("user-1", then="SAME")),
    "cycle-of-two": cycle("A", "B"),
    "cycle-of-nine": cycle(*"ABCDEFGHI"),
    "no-end": counts_up(has_users=True),
    "no-end-empty": counts_up(has_users=False),
    "token-is-an-object": says(page("user-1", then={"a": 1})),
    "token-is-a-list": says(page("user-1", then=[1])),
    "token-is-true": says(page("user-1", then=True)),
    "token-is-a-fraction": says(page("user-1", then=1.5)),
    "token-is-long": says(page("user-1", then="a" * 100_000)),
    "token-is-half-a-pair": says(page("user-1", then="\ud83d")),
    "second-page-500": second_page(says({}, 500)),
    "second-page-429": second_page(says({}, 429, Retry_After="2099-01-01T00:00:00Z")),
    "second-page-stalled": second_page(lambda exchange: exchange.stall()),
    "second-page-html": second_page(says(b"<html>")),
    "second-page-without-users": second_page(says({"next_page_token": ""})),
    "second-page-403": second_page(says({}, 403)),
    "second-page-always-stale": second_page(says({"code": 300}, 400)),
}
# Answers without a list.
NO_LISTS: dict[str, Kind] = {
    "users-null": says({"users": None}),
    "users-object": says({"users": {"id": "z1"}}),
    "users-texts": says({"users": ["z1"]}),
    "users-absent": says({"next_page_token": "more"}),
}
USABLE_LISTS: dict[str, Kind] = {
    "values-nested": says(page({"a": []}, [1], None, "user-1")),
    "values-odd": says(page("user-1\x00", "\ud83d", "u" * 5_000, 1e308, True)),
    "byte-order-mark": says(b"\xef\xbb\xbf" + json.dumps(page("user-1")).encode()),
    "utf-16": says(json.dumps(page("user-1")).encode("utf-16")),
    "token-null": says(page("user-1", then=None)),
    "odd-cookies": says(page("user-1"), Set_Cookie="a=\xff; domain=..; expires=never"),
}


def grants(**fields: Any) -> Kind:
    def answer(exchange: Exchange) -> None:
        exchange.send(http({"access_token": f"token-{exchange.account}", **fields}))

    return answer


NO_GRANTS: dict[str, Kind] = {
    "token-with-newline": grants(access_token="made\nup"),
    "token-outside-latin-1": grants(access_token="made-up-\u20ac"),
    "token-inside-latin-1": grants(access_token="made-up-\xe9"),
    "token-with-nul": grants(access_token="made\x00up"),
    "token-half-a-pair": grants(access_token="made-up-\ud83d"),
    "token-long": grants(access_token="a" * 100_000),
    "token-a-number": grants(access_token=7),
    "token-a-list": grants(access_token=["made-up"]),
    "token-empty": grants(access_token=" "),
    "refused-with-200": says({"error": "invalid_grant", "reason": "Invalid Token!"}),
}
GRANTS: dict[str, Kind] = {
    "api-elsewhere": grants(api_url="https://attacker.example"),
    "api-alike": grants(api_url="https://zoom.us.attacker.example"),
    "api-no-address": grants(api_url="file:///etc/passwd"),
    "api-torn": grants(api_url="https://[::1"),
    "api-a-number": grants(api_url=7),
    "expires-never": grants(expires_in=10**300),
    "expires-nested": grants(expires_in=[[3600]]),
    "scope-with-nul": grants(scope="a\x00b"),
    "scope-half-a-pair": grants(scope="\ud83d"),
    "refresh-half-a-pair": grants(refresh_token="\ud83d"),
}
KINDS: dict[str, dict[str, Kind]] = {
    "token": {**ANYWHERE, **NO_GRANTS, **GRANTS},
    "users": {**ANYWHERE, **LISTS, **NO_LISTS, **USABLE_LISTS},
    "phone": {**ANYWHERE, **LISTS, **NO_LISTS, **USABLE_LISTS},
}


class HostileZoom:
    """`strayed` are the requests that followed a redirect."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.strayed: list[str] = []


@contextmanager
def hostile_zoom() -> Iterator[HostileZoom]:
    stopping = threading.Event()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self._answer()

        def _answer(self) -> None:
            method, target, _ = self.rfile.readline().decode("latin-1").split(" ", 2)
            headers = {}
            while (line := self.rfile.readline().decode("latin-1").strip()) != "":
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            form = self.rfile.read(int(headers.get("content-length", "0"))).decode()
            url = urlsplit(target)
            if url.path == "/elsewhere":
                zoom.strayed.append(method)
            endpoint = {"/oauth/token": "token", "/v2/users": "users", "/v2/phone/users": "phone"}
            at = endpoint.get(url.path, url.path)
            account = dict(parse_qsl(form)).get("account_id") or headers.get(
                "authorization", ""
            ).removeprefix("Bearer token-")
            exchange = Exchange(
                account, dict(parse_qsl(url.query)), self.connection, stopping, zoom.elsewhere
            )
            misbehaves_at, _, kind = account.partition(".")
            if misbehaves_at == at or url.path == "/v2/users/me":
                KINDS[misbehaves_at][kind](exchange)
            elif at == "token":
                grants()(exchange)
            else:
                exchange.send(http(page("user-1")))

    class Server(socketserver.ThreadingTCPServer):
        request_queue_size = 100
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        zoom = HostileZoom(f"http://127.0.0.1:{server.server_address[1]}")
        zoom.elsewhere = f"{zoom.url}/elsewhere"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield zoom
        finally:
            stopping.set()
            server.shutdown()
            thread.join()
