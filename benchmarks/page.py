"""`python -m benchmarks.page`: the response time of each page for a large organization.

A new embedded database gets 5,000 users with their managers, 4,000 people of 200 companies and 90
days of sessions with 500,000 participants, and another organization that has met 20,000 companies
(history/*.sql). Signed-in users request each page repeatedly over HTTP. The floor is the duration
of the same page's statements alone, sent one after another over an open connection, including
fetching the rows. A page should take at most LIMIT milliseconds, and TIMES_FLOOR times its floor.
"""

import re
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import requests
import uvicorn

from benchmarks.batch import run_batch
from benchmarks.home import temporary_database
from benchmarks.pages import Page, addresses
from integration.commands.sign_in_link import create_link
from integration.database.postgres import connect
from integration.settings import Settings
from integration.web.app import create_app
from integration.web.page.activity import NOTICE

SIZES = {
    "users": 5_000, "clients": 4_000, "companies": 200, "sessions": 125_000, "days": 90,
    "many": 20_000,
}  # fmt: skip
TIMES = 25
WARM_UP = 12  # after ten executions, Postgres may start to use generic plans
LIMIT = 200  # milliseconds; the median that is promised for each page
TIMES_FLOOR = 3.0
# user1 leads everybody, user2 500 people through others; see history/1_people.sql.
EMAILS = {
    "executive": "user1@acme.example",
    "manager": "user2@acme.example",
    "vast": "user1@vast.example",  # who has met 20,000 companies
}
Statement = tuple[Any, Any]


@dataclass(frozen=True)
class Visitors:
    """The app's address, and the HTTP session of a signed-in user of each role."""

    base: str
    of_role: dict[str, requests.Session]


def main() -> None:
    with temporary_database() as (url, environment):
        run_batch(environment)  # creates the tables
        fill(url)
        pages = addresses(url)
        with served(url, environment) as visitors:
            print(f"{'ms':>6} {'floor ms':>9} {'x floor':>8}  page")
            slow = [name for name, page in pages.items() if report(url, visitors, name, page)]
    named = ", ".join(slow) or "none"
    print(f"missing, or slower than {LIMIT} ms or {TIMES_FLOOR:.0f} x floor: {named}")


def fill(url: str) -> None:
    files = sorted((Path(__file__).parent / "history").glob("*.sql"))
    statements = "\n".join(file.read_text() for file in files)
    for name, value in SIZES.items():
        statements = statements.replace(f"{{{name}}}", str(value))
    with connect(url) as connection:
        connection.execute(statements)
    with connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def report(url: str, visitors: Visitors, name: str, page: Page) -> bool:
    """Measures a page and prints a line; returns whether it is missing or too slow."""
    visitor, address = visitors.of_role[page.role], visitors.base + page.path
    token = csrf_token(visitor, visitors.base) if page.fields else ""

    def ask() -> None:
        if page.fields:
            answer = visitor.post(address, {"csrf_token": token, **page.fields}, timeout=60)
        else:
            answer = visitor.get(address, timeout=60)
        if answer.status_code != 200:
            raise SystemExit(f"{page.path} returned {answer.status_code}: {answer.text[-2000:]}")

    if not page.fields and visitor.get(address, timeout=60).status_code == 404:
        print(f"{'404':>6} {'':>9} {'':>8}  {name}", flush=True)
        return True

    for _ in range(WARM_UP):
        ask()
    with recorded() as statements:
        ask()
    taken = median_milliseconds(ask)
    with connect(url, role="page", autocommit=True) as connection:
        connection.prepare_threshold = None  # like the page's connections

        def ask_database() -> None:
            with connection.transaction():  # the first statement says of which organization
                for query, parameters in statements:
                    answer = connection.execute(query, parameters)
                    if answer.description:  # the record of what was shown returns no rows
                        answer.fetchall()

        for _ in range(WARM_UP):
            ask_database()
        floor = median_milliseconds(ask_database)
    print(f"{taken:6.0f} {floor:9.1f} {taken / floor:8.1f}  {name}", flush=True)
    return taken > LIMIT or taken > TIMES_FLOOR * floor


def median_milliseconds(act: Callable[[], None]) -> float:
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Yields a list that collects the statements executed in the block, with their parameters."""
    statements: list[Statement] = []
    execute = psycopg.Cursor.execute

    def record(
        cursor: psycopg.Cursor, query: Any, parameters: Any = None, **options: Any
    ) -> psycopg.Cursor:
        if query:  # the pool sends an empty query to check a connection
            statements.append((query, parameters))
        return execute(cursor, query, parameters, **options)

    with patch.object(psycopg.Cursor, "execute", record):
        yield statements


def sign_in(visitor: requests.Session, link: str) -> None:
    """Opens the link and presses its button, and that of the notice."""
    base = link.partition("/sign-in")[0]
    for address, action in ((link, "/sign-in"), (base + NOTICE, NOTICE)):
        page = visitor.get(address, timeout=60).text
        form = page.partition(f'action="{action}">')[2].partition("</form>")[0]
        fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
        answer = visitor.post(base + action, fields, timeout=60, allow_redirects=False)
        if answer.status_code != 303:
            raise SystemExit(f"signing in returned {answer.status_code}: {answer.text[-2000:]}")


def csrf_token(visitor: requests.Session, base: str) -> str:
    page = visitor.get(f"{base}/account", timeout=60).text
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


@contextmanager
def served(url: str, environment: dict[str, str]) -> Iterator[Visitors]:
    """Serves the app on a free port during the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as sessions:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        values = {
            **environment,
            "ZOOM_WEBHOOK_SECRET_TOKEN": "benchmark-of-the-page",
            "SESSION_KEY": "benchmark-of-the-page",
            "PUBLIC_URL": base,
        }
        settings = Settings(home=Path(environment["WORKSIGHTS_ZOOM_HOME"]), values=values)
        config = uvicorn.Config(
            create_app(settings, url), access_log=False, log_level="warning", lifespan="on"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            of_role = {role: sessions.enter_context(requests.Session()) for role in EMAILS}
            for role, visitor in of_role.items():
                visitor.trust_env = False
                visitor.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140"
                sign_in(visitor, create_link(settings, url, email=EMAILS[role], made_by=None))
            yield Visitors(base, of_role)
        finally:
            server.should_exit = True
            thread.join()


if __name__ == "__main__":
    main()
