"""What a check of the webhook address finds, against real servers that answer in each way. That it
accepts the product's own receiver is in tests/browser/test_first_hour_in_the_browser.py.
"""

import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integration.web.overview.address_check import explained
from integration.zoom import endpoint_check
from integration.zoom.endpoint_check import Finding, Found, check_endpoint
from tests.servers.certificates import write_certificates

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = "made-up-secret"
ELSEWHERE = "http://elsewhere.example/"


@contextmanager
def answering(status: int, body: bytes = b"{}", *, tls: Path | None = None) -> Iterator[str]:
    """A server that answers every request in this way; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", ELSEWHERE)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(ssl.SSLError, ConnectionError):
                super().handle()

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        scheme, host = "http", "127.0.0.1"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls / "server.crt", tls / "server.key")
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
            scheme, host = "https", "localhost"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"{scheme}://{host}:{server.server_address[1]}/webhooks/zoom"
        finally:
            server.shutdown()
            thread.join()


def check(address: str) -> Found:
    return check_endpoint(address, secret=SECRET, now=NOW)


@pytest.mark.parametrize(
    ("status", "finding", "said"),
    [
        (401, Finding.OTHER_SECRET, "does not accept this app's secret token"),
        (200, Finding.NOT_OURS, "(HTTP 200)"),  # 200 alone proves nothing
        (404, Finding.NOT_OURS, "A proxy may be failing to forward requests"),
        (405, Finding.NOT_OURS, "(HTTP 405)"),
        (301, Finding.REDIRECT, "Zoom follows no redirects"),
        (308, Finding.REDIRECT, "(HTTP 308)"),
        (503, Finding.FAILING, "(HTTP 503)"),
    ],
)
def test_an_answer_that_zoom_would_not_accept_is_explained(
    status: int, finding: Finding, said: str
) -> None:
    with answering(status) as address:
        found = check(address)
    text, is_good = explained(address, found)
    assert (found, said in text, is_good) == (Found(finding, status), True, False)


def test_a_certificate_that_nobody_has_signed_is_found(tmp_path: Path) -> None:
    write_certificates(tmp_path)
    with answering(200, tls=tmp_path) as address:
        assert check(address) == Found(Finding.CERTIFICATE)


def test_a_closed_port_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert check(f"http://127.0.0.1:{port}/webhooks/zoom") == Found(Finding.UNREACHABLE)


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_check, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert check(f"http://127.0.0.1:{port}/webhooks/zoom") == Found(Finding.TOO_SLOW)


def test_a_text_that_is_no_address_is_found() -> None:
    assert check("https://[::1/webhooks/zoom").finding in (Finding.NO_NAME, Finding.UNREACHABLE)


def test_every_finding_is_explained_and_only_https_is_good() -> None:
    secure, plain = "https://worksights.example/webhooks/zoom", "http://worksights.example/x"
    good = {finding: explained(secure, Found(finding))[1] for finding in Finding}
    assert good == {finding: finding is Finding.RECEIVER for finding in Finding}
    assert explained(plain, Found(Finding.RECEIVER))[1] is False
