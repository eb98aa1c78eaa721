"""`python -m benchmarks.page`: the response time of each page for a large organization.

A new embedded database gets 5,000 users, 4,000 people of 200 companies and a year of sessions with
500,000 participants (year/*.sql). A signed-in Executive requests each page repeatedly over HTTP.
The floor is the duration of the same page's statements alone, sent one after another over an open
connection, including fetching the rows.
"""

import re
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import psycopg
import requests
import uvicorn

from benchmarks.batch import run_batch
from benchmarks.home import temporary_database
from integration.commands.sign_in_link import create_link
from integration.database import rows
from integration.database.postgres import connect
from integration.settings import Settings
from integration.web.app import create_app
from integration.web.page.visit import NOTICE

SIZES = {"users": 5_000, "clients": 4_000, "companies": 200, "sessions": 125_000}
TIMES = 25
WARM_UP = 12  # after ten executions, Postgres may start to use generic plans
LIMIT = 200  # milliseconds; the median that is promised for each page
Statement = tuple[Any, Any]


def main() -> None:
    with temporary_database() as (url, environment):
        run_batch(environment)  # creates the tables
        fill(url)
        pages = addresses(url)
        with served(url, environment) as (visitor, base):
            print(f"{'ms':>6} {'floor ms':>9} {'x floor':>8}  page")
            slow = [page for page, path in pages.items() if report(url, visitor, base, page, path)]
    print(f"slower than {LIMIT} ms: {', '.join(slow) or 'none'}")


def fill(url: str) -> None:
    files = sorted((Path(__file__).parent / "year").glob("*.sql"))
    statements = "\n".join(file.read_text() for file in files)
    for name, value in SIZES.items():
        statements = statements.replace(f"{{{name}}}", str(value))
    with connect(url) as connection:
        connection.execute(statements)
    with connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def addresses(url: str) -> dict[str, str]:
    """Name of a page -> its address, with the busiest day, company and person."""
    with connect(url) as connection:

        def one(query: str) -> Any:
            return rows.scalar(connection, object, query)

        busiest = one(
            "select started_at::date from timeline.activities where user_id = 'u1' "
            "group by 1 order by count(*) desc, 1 limit 1"
        )
        company = one("select company_id from clientsights.companies order by session_count desc")
        person = one("select person_id from clientsights.people order by session_count desc")
        year, month = (one(f"select (now() - interval '{days} days')::date") for days in (360, 30))
    zoom = "/services/zoom"
    # Every tenth Zoom user is not mapped; the first of them was in the most sessions.
    return {
        "overview": f"{zoom}/overview",
        "changes": f"{zoom}/overview/changes",
        "users": f"{zoom}/users",
        "users, search": f"{zoom}/users?q=surname42",
        "users, page 50": f"{zoom}/users?page=50",
        "users, unmapped": f"{zoom}/users?show=unmapped",
        "a user": f"{zoom}/users/z8",
        "mapping, preview of a year": f"{zoom}/users/z8/change?to=u8&since=day&day={year}",
        "features": f"{zoom}/features",
        "features, search": f"{zoom}/features?q=surname42",
        "switches": f"{zoom}/features/organization",
        "switch, preview of a month": switch(month),
        "switch, preview of a year": switch(year),
        "connections": f"{zoom}/connections",
        "timeline, a full day": f"/timeline?day={busiest}",
        "timeline, a full week": f"/timeline?week={busiest}",
        "timeline, the last day with entries": "/timeline",
        "clients": "/clients",
        "clients, all by time": "/clients?period=all&sort=-time",
        "clients, by strength": "/clients?period=30&sort=-strength",
        "clients, quiet": "/clients?show=quiet",
        "clients, search": "/clients?q=company+c19",
        "clients, people": "/clients/people",
        "clients, people, search": "/clients/people?q=person+19",
        "clients, people by name": "/clients/people?sort=name",
        "a company": f"/clients/companies/{company}",
        "a person": f"/clients/people/{person}",
        "missing": "/missing",
        "missing, person": "/missing?person=surname42",
        "missing, topic": f"/missing?topic={quote('Topic 42')}",
        "missing, a month": f"/missing?person=surname42&from={month}",
    }


def switch(day: str) -> str:
    preview = "/services/zoom/features/organization/change?feature=meetings&to=off"
    return f"{preview}&since=day&day={day}"


def report(url: str, visitor: requests.Session, base: str, page: str, path: str) -> bool:
    """Measures a page and prints a line; returns whether it is too slow."""

    def ask() -> None:
        answer = visitor.get(base + path, timeout=60)
        if answer.status_code != 200:
            raise SystemExit(f"{path} returned {answer.status_code}: {answer.text[-2000:]}")

    for _ in range(WARM_UP):
        ask()
    with recorded() as statements:
        ask()
    taken = median_milliseconds(ask)
    with connect(url, role="page", autocommit=True) as connection:
        connection.prepare_threshold = None  # like the page's connections

        def ask_database() -> None:
            for query, parameters in statements:
                answer = connection.execute(query, parameters)
                if answer.description:  # the record of what was shown returns no rows
                    answer.fetchall()

        for _ in range(WARM_UP):
            ask_database()
        floor = median_milliseconds(ask_database)
    print(f"{taken:6.0f} {floor:9.1f} {taken / floor:8.1f}  {page}", flush=True)
    return taken > LIMIT


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


@contextmanager
def served(url: str, environment: dict[str, str]) -> Iterator[tuple[requests.Session, str]]:
    """Yields the HTTP session of a signed-in Executive, and the app's address on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener, requests.Session() as visitor:
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
            visitor.trust_env = False
            visitor.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140"
            sign_in(visitor, create_link(settings, url, email="user1@acme.example", made_by=None))
            yield visitor, base
        finally:
            server.should_exit = True
            thread.join()


if __name__ == "__main__":
    main()
