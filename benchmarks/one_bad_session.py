"""`python -m benchmarks.one_bad_session [SESSIONS]`: the duration of a batch with one session that
cannot be derived, as a multiple of the same batch without it, the floor.

The fault is a table constraint that one session violates: on the first table of the chain, on one
in the middle, on a mart.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import psycopg
from psycopg.sql import SQL, Identifier

from benchmarks.batch import USERS, fill, is_kept, run_batch, store
from benchmarks.home import temporary_database
from simulator.company import build_company
from simulator.day import build_day

SESSIONS = 10_000
FIRST_DAY = date(2026, 3, 2)
TABLES = ("intermediate.int_meeting_sessions", "intermediate.int_presence", "timeline.sessions")


def main(sessions: int) -> None:
    bodies = bodies_of(sessions)
    print(f"{sessions} sessions, {len(bodies)} events")
    print(f"{'seconds':>8} {'x floor':>8}  where one session fails")
    with landing(bodies) as (url, environment):
        floor, _ = run_batch(environment)
        (bad,) = ask(url, "select session_id from timeline.sessions order by 1 limit 1")[0]
    print(f"{floor:8.1f} {1:8.1f}  nowhere")
    for table in TABLES:
        with landing(bodies) as (url, environment):
            forbid(url, table, session_id=bad)
            seconds, _ = run_batch(environment)
            failed = ask(url, "select distinct session_id from operations.failed_sessions")
        if failed != [(bad,)]:
            raise SystemExit(f"{table}: expected one failed session, found {failed}")
        print(f"{seconds:8.1f} {seconds / floor:8.1f}  {table}")


def bodies_of(sessions: int) -> list[bytes]:
    """The events of at least this many sessions, on consecutive days."""
    company, found, ended, day = build_company(users=USERS), [], 0, FIRST_DAY
    while ended < sessions:
        events = [event for event in build_day(company, day, seed=1) if is_kept(event.name)]
        ended += sum(event.name.endswith(".ended") for event in events)
        found += [event.body for event in events]
        day += timedelta(days=1)
    return found


@contextmanager
def landing(bodies: list[bytes]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yields a database with all tables and these deliveries, and the environment for commands."""
    with temporary_database() as (url, environment):
        fill(url)
        run_batch(environment)
        store(url, bodies)
        yield url, environment


def forbid(url: str, table: str, *, session_id: str) -> None:
    """Makes the table reject a session. Its id is derived from its events, so it is the same in
    all databases.
    """
    name = Identifier(*table.split("."))
    with psycopg.connect(url) as connection:
        connection.execute(
            SQL("alter table {} add check (session_id <> {})").format(name, session_id)
        )


def ask(url: str, query: str) -> list[tuple[str, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else SESSIONS)
