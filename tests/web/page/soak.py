"""`python -m tests.web.page.soak [REQUESTS]`: hostile requests of every kind to the whole app, on a
database of its own. It prints those that caused a server error.
"""

import logging
import random
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from integration.database import embedded, postgres
from integration.settings import Settings
from integration.web.pages import PAGES
from simulator.company import build_company
from simulator.playing import deliveries_of
from simulator.running import running
from simulator.signature import headers
from simulator.world import make_world
from tests.databases import make_template, new_database
from tests.web.page.site import CLIENT, ROLES, Site, Visitor, running_site

SECRET = "webhook-secret-of-the-tests"
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "NONSENSE")
PARTS = (
    "x", "%00", "%FF%FE", "%C0%80", "..%2F", "x" * 300, "%E2%80%AE", "1e9", "-1", "'", "{user_id}",
    "%0D%0A", "null", "2026-13-45", "9" * 40, "a%2Fb", ".", "%",
)  # fmt: skip
TEXTS = (
    "",
    "\0",
    "\ud800",
    "\u202e",
    "x" * 70_000,
    "-1",
    "9" * 30,
    "2026-02-30",
    "null",
    "<b>",
    "é",
)
HEADER_LINES = ("", "Transfer-Encoding: chunked", "Expect: 100-continue", "Upgrade: h2c")
Answered = tuple[str, int | None]  # the request and its status; None without a response


def main(count: int) -> int:
    world = make_world([build_company()], client_id=CLIENT[0], client_secret=CLIENT[1])
    with TemporaryDirectory(prefix="worksights-soak-", ignore_cleanup_errors=True) as folder:
        settings = Settings(home=Path(folder), values={})
        server = postgres.database_url(settings)
        try:
            make_template(server)
            with (
                new_database(server) as url,
                running(world) as zoom_url,
                running_site(url, world=world, zoom_url=zoom_url, home=Path(folder)) as site,
            ):
                wrong = soak(site, count, seed=1, say=lambda line: say(line))
        finally:
            embedded.stop(settings.home)
    for asked, status in wrong:
        say(f"WRONG {status}: {asked}")
    return 1 if wrong else 0


def soak(
    site: Site, count: int, *, seed: int, say: Callable[[str], None] = lambda _line: None
) -> list[Answered]:
    """The requests that got a server error, and the errors in the server's log: a client that
    disconnects early gets no response.
    """
    dice = random.Random(seed)  # noqa: S311 - a seed, no secret
    site.connect("acme", build_company().account_id)
    visitors = [site.stranger(), *(site.visitor(role) for role in ROLES)]
    kinds = [deliver, ask_for_a_page, send_a_form, send_malformed_http]
    bodies = [one.body for one in deliveries_of(build_company(), date(2026, 3, 2), seed=1)]
    statuses: Counter[int | None] = Counter()
    wrong, said_at = [], time.monotonic()
    with errors_in_the_log() as errors:
        for number in range(count):
            asked, status = dice.choice(kinds)(site, dice, dice.choice(visitors), bodies)
            statuses[status] += 1
            if status is not None and status >= 500:
                wrong.append((asked, status))
            if time.monotonic() - said_at > 10:
                said_at = time.monotonic()
                say(f"{number + 1} of {count} requests, {len(wrong)} wrong: {dict(statuses)}")
    wrong += [(error, None) for error in errors]
    say(f"{count} requests, {len(wrong)} wrong: {dict(statuses)}")
    return wrong


@contextmanager
def errors_in_the_log() -> Iterator[list[str]]:
    """The uncaught exceptions that the server logs while the block runs."""
    errors: list[str] = []
    handler = logging.Handler(level=logging.ERROR)
    handler.emit = lambda record: errors.append(
        f"{record.getMessage().strip()}: {record.exc_info[0] if record.exc_info else None}"
    )
    logger = logging.getLogger("uvicorn.error")
    logger.addHandler(handler)
    try:
        yield errors
    finally:
        logger.removeHandler(handler)


def deliver(site: Site, dice: random.Random, visitor: Visitor, bodies: list[bytes]) -> Answered:
    """A realistic delivery, changed in some places and usually signed."""
    body = bytearray(dice.choice(bodies))
    for _ in range(dice.choice((0, 1, 5, 50))):
        place = dice.randrange(len(body))
        body[place : place + dice.randrange(3)] = dice.randbytes(dice.randrange(4))
    content = bytes(body)
    signed = headers(content, secret=SECRET, timestamp=int(time.time()))
    if dice.random() < 0.2:
        signed[dice.choice(sorted(signed))] = dice.choice(("", "x", "9" * 50, "é", "v0="))
    return _send(visitor, dice, "POST", f"{site.base}/webhooks/zoom", data=content, headers=signed)


def ask_for_a_page(
    site: Site, dice: random.Random, visitor: Visitor, _bodies: list[bytes]
) -> Answered:
    path = _address(dice)
    if dice.random() < 0.5:
        name = dice.choice(("q", "page", "day", "from", "user", "next", "token", "state", "code"))
        path += f"?{name}={dice.choice(PARTS)}&{name}={dice.choice(PARTS)}"
    return _send(visitor, dice, dice.choice(METHODS), site.base + path)


def send_a_form(
    site: Site, dice: random.Random, visitor: Visitor, _bodies: list[bytes]
) -> Answered:
    names = ("csrf_token", "to", "user_id", "effective_from", "feature", "token", "topic", "zone")
    fields = [
        (dice.choice(names), dice.choice(TEXTS).encode("utf-8", "replace"))
        for _ in range(dice.randrange(6))
    ]
    if dice.random() < 0.5:
        with suppress(TypeError):  # a stranger has none
            fields.append(("csrf_token", visitor.csrf_token().encode()))
    return _send(visitor, dice, "POST", site.base + _address(dice), data=fields)


def send_malformed_http(
    site: Site, dice: random.Random, _visitor: Visitor, bodies: list[bytes]
) -> Answered:
    """A request with some wrong bytes."""
    request = (
        bytearray(
            f"{dice.choice(METHODS)} {_address(dice)} HTTP/1.1\r\nHost: x\r\n"
            f"Content-Length: {dice.choice((0, 5, -1, 10**30))}\r\n"
            f"{dice.choice(HEADER_LINES)}"
            "\r\n\r\n".encode()
        )
        + dice.choice(bodies)[:50]
    )
    for _ in range(dice.randrange(4)):
        request[dice.randrange(len(request))] = dice.randrange(256)
    host, port = site.base.removeprefix("http://").split(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=2) as stranger:
        stranger.settimeout(0.05)
        stranger.sendall(request)
        stranger.shutdown(socket.SHUT_WR)
        said = stranger.recv(64)
        if said.startswith(b"HTTP/1.1 "):
            return repr(bytes(request)), int(said[9:12])
    return repr(bytes(request)), None


def _address(dice: random.Random) -> str:
    path = dice.choice(PATHS)
    while "{" in path:
        before, _, after = path.partition("{")
        path = before + dice.choice(PARTS).replace("{", "%7B") + after.partition("}")[2]
    return path


# After signing out, a visitor would reach no other page.
PATHS = [route.path for route in PAGES if route.path != "/sign-out"]
PATHS += ["/webhooks/zoom", "/healthz", "/readyz", "/metrics"]
PATHS += ["/", "/static/", "/static/..%2F..%2Fapp.py", "/nowhere"]


def _send(visitor: Visitor, dice: random.Random, method: str, url: str, **what: Any) -> Answered:
    asked = f"{method} {url} {str(what)[:300]}"
    if dice.random() < 0.1:
        what["headers"] = what.get("headers", {}) | {
            dice.choice(("Cookie", "Origin", "Referer", "Accept-Language", "Host")): dice.choice(
                ("", "null", "x" * 4000, "\x01")
            )
        }
    try:
        answer = visitor.http.request(method, url, timeout=60, allow_redirects=False, **what)
    except (requests.RequestException, UnicodeError):
        return asked, None  # not sent, or not understood
    return asked, answer.status_code


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 100_000))
