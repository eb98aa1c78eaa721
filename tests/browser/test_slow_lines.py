"""A page that arrives in pieces: nothing on it moves while it arrives."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PHONE, sign_in
from tests.browser.looks import DRAWN, WATCH_SHIFTS
from tests.patience import PATIENCE
from tests.web.page.site import Site

PIECES = 40
PAUSE_SECONDS = 0.1  # after each piece: the browser could draw what it has
WAITS = b' blocking="render"'
PATHS = (
    "/services/zoom/overview",
    "/services/zoom/users",
    "/timeline?day=2026-03-10",
    "/clients",
    "/clients/people",
    "/missing?from=2026-03-01&to=2026-03-20",
)


@contextmanager
def slow_line(base: str, *, without: bytes = b"") -> Iterator[str]:
    """The address of a proxy for `base` that passes pages on in pieces, `without` some bytes."""

    class Line(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with requests.Session() as http:
                http.trust_env = False
                answer = http.get(
                    base + self.path,
                    headers={"Cookie": self.headers.get("Cookie", "")},
                    allow_redirects=False,
                    timeout=PATIENCE,
                )
            body = answer.content.replace(without, b"") if without else answer.content
            is_page = answer.headers["content-type"].startswith("text/html")
            pieces = PIECES if is_page else 1
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["content-type"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            size = len(body) // pieces + 1
            for start in range(0, len(body), size):
                self.wfile.write(body[start : start + size])
                if is_page:
                    time.sleep(PAUSE_SECONDS)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Line) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def shifted(browser: Browser, story: Site) -> dict[str, dict[str, float]]:
    """The layout shift of each page once it has arrived: `as it is`, and `without waiting`.

    The two arrive at the same time, because most of that time is the line's. They are in windows of
    their own: a tab behind another one draws less, and so do six windows on a busy machine.
    """
    with ExitStack() as stack:

        def signed_in() -> Page:
            context = stack.enter_context(browser.new_context(viewport=PHONE))
            context.set_default_timeout(PATIENCE * 1000)
            context.add_init_script(WATCH_SHIFTS)
            page = context.new_page()
            sign_in(page, story.link("executive"))
            return page

        lines = {
            "as it is": stack.enter_context(slow_line(story.base)),
            "without waiting": stack.enter_context(slow_line(story.base, without=WAITS)),
        }
        windows = {kind: signed_in() for kind in lines}
        found: dict[str, dict[str, float]] = {kind: {} for kind in lines}
        for path in PATHS:
            for kind, page in windows.items():
                assert page.goto(lines[kind] + path, wait_until="commit").status == 200
            for kind, page in windows.items():
                page.wait_for_load_state()
                page.evaluate(DRAWN)
                found[kind][path] = page.evaluate("window.shifted")
        return found


@pytest.mark.parametrize("path", PATHS)
def test_nothing_jumps_while_a_page_arrives(
    path: str, shifted: dict[str, dict[str, float]]
) -> None:
    assert shifted["as it is"][path] == 0


def test_a_page_that_does_not_wait_would_jump(shifted: dict[str, dict[str, float]]) -> None:
    """Otherwise the test above could not fail."""
    assert any(shifted["without waiting"].values())
