"""`python -m benchmarks.batch [EVENTS ...]`: the duration of a batch, in total and per step.

For each number of events, a new embedded database gets a history of one batch and then that many
deliveries of simulated meetings. Then `worksights-zoom batch` runs, as an operator would run it.
The floor is the minimum that any pipeline would have to do with the same deliveries: parse each
body as JSON and copy it into a table.
"""

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg

from benchmarks.home import temporary_database
from integration.settings import PROJECT
from simulator.company import build_company
from simulator.day import build_day

PROGRAM = Path(sys.executable).parent / "worksights-zoom"
USERS = 500
HISTORY = 5_000


def main(sizes: list[int]) -> None:
    print(
        f"{'events':>7} {'seconds':>8} {'CPU s':>6} {'floor s':>8} {'x floor':>8}  seconds per step"
    )
    for size in sizes:
        with temporary_database() as (url, environment):
            fill(url)
            store(url, bodies(HISTORY, until=date(2026, 3, 1)))
            run_batch(environment)
            new = bodies(size, until=date(2026, 9, 1)) if size else []
            floor = seconds_of_floor(url, new)
            store(url, new)
            seconds, cpu = run_batch(environment)
            ratio = f"{seconds / floor:8.0f}" if size else f"{'-':>8}"
            print(
                f"{size:7} {seconds:8.1f} {cpu:6.1f} {floor:8.2f} {ratio}  {in_words(steps(url))}"
            )


def fill(url: str) -> None:
    company = build_company(users=USERS)
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into worksights.organizations values ('acme', 'Acme', '2020-01-01Z')"
        )
        connection.execute(
            "insert into integration.connections (organization_id, zoom_account_id, "
            "connected_at, disconnected_at, status) "
            "values ('acme', %s, '2020-01-01Z', '2030-01-01Z', 'disconnected')",
            [company.account_id],
        )
        for number, user in enumerate(company.users):
            connection.execute(
                "insert into worksights.users (user_id, organization_id, email, full_name, "
                "role, created_at) "
                "values (%s, 'acme', %s, %s, 'member', '2020-01-01Z')",
                [str(number), user.email or f"{number}@acme-works.com", user.full_name],
            )
            if user.id:
                connection.execute(
                    "insert into zoom_raw.users (organization_id, zoom_account_id, "
                    "zoom_user_id, imported_at, batch, email) "
                    "values ('acme', %s, %s, '2020-01-01Z', 0, %s)",
                    [company.account_id, user.id, user.email],
                )


def bodies(count: int, *, until: date) -> list[bytes]:
    """The first `count` meeting and webinar events of simulated days, starting before `until`."""
    company, day = build_company(users=USERS), until - timedelta(days=30)
    found: list[bytes] = []
    while len(found) < count:
        day += timedelta(days=1)
        found += [event.body for event in build_day(company, day, seed=1) if is_kept(event.name)]
    return found[:count]


def is_kept(name: str) -> bool:
    return name.startswith(("meeting.", "webinar.")) and name.rpartition(".")[2] in (
        "started", "ended", "participant_joined", "participant_left",
        "participant_joined_breakout_room", "participant_left_breakout_room",
    )  # fmt: skip


def store(url: str, new: list[bytes]) -> None:
    with psycopg.connect(url) as connection:
        statement = "copy ingress.deliveries (event, body_size, body_sha256, body) from stdin"
        with connection.cursor().copy(statement) as copy:
            for body in new:
                copy.write_row(("benchmark", len(body), "", body))


def seconds_of_floor(url: str, new: list[bytes]) -> float:
    started = time.perf_counter()
    with psycopg.connect(url) as connection:
        connection.execute("create temporary table floor (received_at timestamptz, body jsonb)")
        with connection.cursor().copy("copy floor from stdin") as copy:
            for body in new:
                copy.write_row((datetime.now(UTC), json.dumps(json.loads(body))))
    return time.perf_counter() - started


def run_batch(environment: dict[str, str]) -> tuple[float, float]:
    """(seconds, CPU seconds) of `worksights-zoom batch` and the processes it starts, without the
    database server.
    """
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [PROGRAM, "batch"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def steps(url: str) -> dict[str, float]:
    """The duration of each step of the latest run in seconds, from Dagster's event log."""
    query = """
        select step_key, extract(epoch from max(timestamp) - min(timestamp))::float
        from dagster.event_logs
        where step_key is not null
            and run_id = (select run_id from pipeline.batches order by batch desc limit 1)
        group by step_key
        order by min(timestamp)
    """
    with psycopg.connect(url) as connection:
        return dict(connection.execute(query).fetchall())


def in_words(seconds: dict[str, float]) -> str:
    return ", ".join(f"{step} {value:.1f}" for step, value in seconds.items())


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [0, 1_000, 20_000])
