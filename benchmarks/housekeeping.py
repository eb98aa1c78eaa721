"""`python -m benchmarks.housekeeping [RUNS]`: the night that deletes a year of Dagster's history.

The history is copies of a real batch's rows; 26,000 runs need 12 GB of disk. Webhooks arrive before
and during the night; their median is given as a multiple of the median before it, the floor. Then
some runs are deleted through Dagster's own interface, for comparison.
"""

import statistics
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
from psycopg.sql import SQL, Identifier

from benchmarks.home import temporary_database
from benchmarks.strangers import ZOOM_GIVES_UP, deliver, serving
from integration.commands.processes import environment
from integration.database.postgres import connect
from integration.settings import PROJECT, Settings, environment_with
from simulator.company import build_company
from simulator.playing import deliveries_of
from tests.orchestration.older_runs import copy_logs, copy_run

RUNS = 26_000
APART = timedelta(minutes=20)
AT_FIRST = 200  # deliveries
FOR_COMPARISON = 50  # runs
INDEXES = """
    select indexname, indexdef from pg_indexes
    where schemaname = 'dagster' and tablename = 'event_logs' and indexname like 'idx%'
        and indexname <> 'idx_events_by_run_id'
"""


def main(runs: int) -> None:
    with temporary_database() as (url, variables), serving(variables) as (_process, port):
        home = Path(variables["WORKSIGHTS_ZOOM_HOME"])
        variables |= environment(Settings(home=home, values={}), url)
        variables |= {"DATABASE_URL": url}
        with environment_with(**variables):
            fill(url, home, runs)
            runs_before, events = count(url, "runs"), count(url, "event_logs")
            print(f"{runs_before:,} runs, {events:,} events", flush=True)
            deliveries = Deliveries(port)
            floor = [deliveries.send() for _ in range(AT_FIRST)]
            with deliveries:
                seconds = night()
            report(floor, deliveries.seconds)
            print(f"night: {seconds / 60:.1f} min; left: {count(url, 'runs'):,} runs, "
                  f"{count(url, 'event_logs'):,} events")  # fmt: skip
            compare(seconds / (runs or 1))


def fill(url: str, home: Path, runs: int) -> None:
    """A real batch, and copies of it every 20 minutes until now."""
    subprocess.run(
        [f"{sys.prefix}/bin/worksights-zoom", "batch"],
        cwd=PROJECT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with connect(url, autocommit=True) as owner:
        found = owner.execute("select run_id from dagster.runs").fetchall()
        indexes = owner.execute(INDEXES).fetchall()
        for name, _ in indexes:  # faster to create at the end
            owner.execute(SQL("drop index dagster.{}").format(Identifier(name)))
        owner.execute("set synchronous_commit = off")
        ids = copy_run(owner, found[0][0], copies=runs, last=datetime.now(UTC), apart=APART)
        for _, definition in indexes:
            owner.execute(definition)
        owner.execute("vacuum analyze dagster.event_logs")
        owner.execute("analyze")
    copy_logs(home / "dagster" / "storage", ids)


def night() -> float:
    """Runs the job in a process of its own, as Dagster does, and prints what it recorded."""
    started = time.monotonic()
    subprocess.run(
        [f"{sys.prefix}/bin/dagster", "job", "execute", "-m", "orchestration.definitions",
         "-j", "housekeeping"],
        cwd=PROJECT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    seconds = time.monotonic() - started
    with dg.DagsterInstance.get() as instance:
        run = instance.get_run_records(dg.RunsFilter(job_name="housekeeping"), limit=1)[0]
        for entry in instance.all_logs(run.dagster_run.run_id, dg.DagsterEventType.STEP_OUTPUT):
            event = entry.get_dagster_event()
            if event.step_key == "old_runs":
                found = event.step_output_data.metadata
                print({name: value.value for name, value in found.items()})
    return seconds


class Deliveries:
    """Sends one delivery after the other, while the block runs."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._bodies = [
            each.body for each in deliveries_of(build_company(), date(2026, 3, 2), seed=1)
        ]
        self._number = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._send_all)
        self.seconds: list[float | None] = []

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def send(self) -> float | None:
        """How long the answer took; None if there was none in time, or not 204."""
        self._number += 1
        return deliver(self._port, self._bodies[self._number % len(self._bodies)])

    def _send_all(self) -> None:
        while not self._is_over.wait(0.05):
            self.seconds.append(self.send())


def report(floor: list[float | None], meanwhile: list[float | None]) -> None:
    for name, seconds in (("before", floor), ("meanwhile", meanwhile)):
        taken = [each for each in seconds if each is not None]
        usual = statistics.median([each for each in floor if each is not None])
        print(
            f"deliveries {name}: {len(seconds):,}, {len(seconds) - len(taken)} not answered within "
            f"{ZOOM_GIVES_UP:g} s; median {statistics.median(taken) / usual:.1f} x floor, "
            f"longest {max(taken):.2f} s"
        )


def compare(of_ours: float) -> None:
    """The duration of one run, deleted by Dagster, as a multiple of ours."""
    with dg.DagsterInstance.get() as instance:
        records = instance.get_run_records(dg.RunsFilter(job_name="zoom_batch"), ascending=True)
        some = [record.dagster_run.run_id for record in records[1 : FOR_COMPARISON + 1]]
        started = time.monotonic()
        for run_id in some:
            instance.delete_run(run_id)
        of_dagster = (time.monotonic() - started) / max(len(some), 1)
    print(
        f"deleting one run: {of_ours * 1000:.0f} ms here, with pauses; "
        f"{of_dagster * 1000:.0f} ms through Dagster"
    )


def count(url: str, table: str) -> int:
    with connect(url) as owner:
        return int(owner.execute(f"select count(*) from dagster.{table}").fetchone()[0])  # type: ignore[index]  # noqa: S608 - a name above


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
