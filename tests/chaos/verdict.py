"""What must be true at the end of a run, whatever was killed."""

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from simulator.company import Company
from simulator.delivery import Delivery
from tests.chaos.figures import Figures
from tests.chaos.installation import Installation, connected_home
from tests.chaos.sending import Sender
from tests.commands.program import Program, rows
from tests.pipeline.tables import CLIENTSIGHTS, TABLES, contents, take_snapshot
from tests.processes.waiting import store_waiting

FINAL = {"landed", "duplicate", "ignored"}
UNFINISHED = "('QUEUED', 'NOT_STARTED', 'STARTING', 'STARTED', 'CANCELING')"
# Longer than Dagster waits for a run that was killed before it had started (dagster.yaml).
LONGEST_RUN_SECONDS = 1800.0
IN_PROGRESS = f"select run_id, status from dagster.runs where status in {UNFINISHED}"  # noqa: S608
NUMBERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


def judge(
    installation: Installation, sender: Sender, figures: Figures
) -> dict[tuple[str, ...], dict[str, Any]]:
    """Runs a last batch, checks the database, and stops the installation. Returns its tables."""
    figures.wrong += _unfinished(installation.url)
    last = installation.program("batch")
    if last.code:
        figures.wrong.append(f"the last batch failed: {last.err[-1500:]}")
    figures.wrong += [
        *sender.refused,
        *_lost(installation, sender),
        *_unbalanced(installation.url),
        *_duplicated(installation.url),
        *_rebuilt(installation.program),
    ]
    statuses = rows(installation.url, "select status, count(*) from dagster.runs group by 1")
    figures.runs.update(dict(statuses))
    found = contents(take_snapshot(installation.url, TABLES | CLIENTSIGHTS))
    figures.wrong += [f"left running: {one}" for one in installation.stop()]
    figures.tracebacks += tracebacks(installation.home / "logs")
    figures.wrong += [
        f"traceback in {line}" for line in figures.tracebacks if line.startswith("receiver")
    ]
    if "Traceback" in "".join(installation.errors):
        figures.wrong.append(f"`up` printed: {''.join(installation.errors)[-1500:]}")
    return found


def differences(
    found: dict[tuple[str, ...], dict[str, Any]],
    deliveries: Sequence[Delivery],
    *,
    company: Company,
    zoom_url: str,
    home: Path,
) -> Iterator[str]:
    """The marts equal those of an installation that got the same deliveries and ran one batch."""
    with connected_home(company, zoom_url, home) as (program, url):
        store_waiting(url, company, deliveries)
        answer = program("batch")
        if answer.code:
            yield f"the undisturbed batch failed: {answer.err[-1500:]}"
        expected = contents(take_snapshot(url, TABLES | CLIENTSIGHTS))
    if not expected:
        yield "the undisturbed installation has derived nothing"
    by_table = Counter(
        key[0] for key in found.keys() | expected.keys() if found.get(key) != expected.get(key)
    )
    for table, count in by_table.items():
        example = next(
            key
            for key in sorted(found.keys() | expected.keys())
            if key[0] == table and found.get(key) != expected.get(key)
        )
        yield (
            f"{table}: {count:,} rows differ from the undisturbed ones, for example {example}: "
            f"{_columns(found.get(example), expected.get(example))}"
        )


def _columns(found: dict[str, Any] | None, expected: dict[str, Any] | None) -> str:
    if found is None or expected is None:
        return "it is missing" if found is None else "it is not expected"
    different = [name for name in expected if found.get(name) != expected[name]]
    return ", ".join(f"{name} {found.get(name)!r} != {expected[name]!r}" for name in different)


def tracebacks(logs: Path) -> Counter[str]:
    """The tracebacks in the logs, counted by log and the line that names the error."""
    found: Counter[str] = Counter()
    for path in sorted(logs.glob("*.log*")):
        lines = iter(path.read_text(errors="replace").splitlines())
        is_inside = False
        for line in lines:
            if line.startswith("Traceback "):
                is_inside = True
            elif is_inside and line[:1].strip() and ":" in line:
                is_inside = False
                found[f"{path.name.partition('.')[0]}: {NUMBERS.sub('N', line)[:160]}"] += 1
    return found


def _unfinished(url: str) -> list[str]:
    """The runs that Dagster takes for running, although nothing is left to do."""
    give_up_at = time.monotonic() + LONGEST_RUN_SECONDS
    while found := rows(url, IN_PROGRESS):
        if time.monotonic() > give_up_at:
            return [f"Dagster's run {run_id} is {status}" for run_id, status in found]
        time.sleep(1)
    return []


def _lost(installation: Installation, sender: Sender) -> Iterator[str]:
    """Each acknowledgement has a row in the ledger, and no other body has one."""
    stored = Counter(
        digest for (digest,) in rows(installation.url, "select body_sha256 from ingress.deliveries")
    )
    if lost := sender.acknowledged - stored:
        yield f"{lost.total():,} acknowledged deliveries are not in the ledger: {list(lost)[:3]}"
    if others := set(stored) - set(sender.acknowledged):
        yield f"{len(others):,} deliveries in the ledger were never acknowledged"


def _unbalanced(url: str) -> Iterator[str]:
    counted = dict(
        rows(url, "select disposition, count(*) from operations.deliveries group by disposition")
    )
    if set(counted) - FINAL:
        yield f"not all deliveries have been processed: {counted}"
    ((received,),) = rows(url, "select count(*) from ingress.deliveries")
    if sum(counted.values()) != received:
        yield f"{received:,} deliveries were received, but the view counts {counted}"


def _duplicated(url: str) -> Iterator[str]:
    keys = {table: ("organization_id", *names) for table, names in (TABLES | CLIENTSIGHTS).items()}
    keys["zoom_raw.events"] = ("organization_id", "event_id")
    for table, names in keys.items():
        query = f"select count(*) - count(distinct ({', '.join(names)})) from {table}"  # noqa: S608
        ((duplicates,),) = rows(url, query)
        if duplicates:
            yield f"{table} has {duplicates:,} duplicate rows"


def _rebuilt(program: Program) -> Iterator[str]:
    answer = program("rebuild", "--check")
    if answer.code:
        yield f"`rebuild --check` failed: {answer.text[-1500:]}"
    for line in answer.out.splitlines():
        if " only in the live table, " in line:
            yield f"`rebuild --check`: {line}"
