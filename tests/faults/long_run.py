"""`python -m tests.faults.long_run [--only MODEL ...]`: a fault in every table in turn.

For each table, a batch, a rebuild and an erasure with the fault, each in another customer's data,
must change nothing for anyone else. A batch that stops there, followed by a random subset, must
lose nothing. The run creates its own databases and removes them.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from integration.database import embedded, postgres
from integration.settings import Settings
from simulator.company import build_company
from simulator.running import running
from simulator.world import make_world
from tests.databases import make_template
from tests.faults.partial_runs import what_is_lost
from tests.faults.planting import tables_of_the_project
from tests.faults.story import (
    FIRST_BATCH,
    customers_of,
    deliver_a_morning,
    derived_morning,
    state,
    what_faults_change,
)
from tests.pipeline.installation import (
    CLIENT_ID,
    CLIENT_SECRET,
    Installation,
    new_installation,
)

AT_ONCE = 4


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.long_run")
    parser.add_argument("--only", nargs="*", help="names of models")
    asked = parser.parse_args(arguments)
    tables = tables_of_the_project()
    models = [tables[name] for name in asked.only or sorted(tables)]
    wrong = 0
    with TemporaryDirectory(prefix="worksights-faults-", ignore_cleanup_errors=True) as folder:
        settings = Settings(home=Path(folder), values={})
        url = postgres.database_url(settings)
        try:
            make_template(url)
            for line in everything(url, Path(folder), models):
                wrong += line.startswith("WRONG")
                say(line)
        finally:
            embedded.stop(settings.home)
    say(f"{wrong} differences, {len(models)} models")
    return 1 if wrong else 0


def everything(server: str, folder: Path, models: list[dict[str, Any]]) -> Iterator[str]:
    for start in range(0, len(models), AT_ONCE):
        some = models[start : start + AT_ONCE]
        started = time.monotonic()
        with _installation(server, folder) as installation:
            deliver_a_morning(installation, customers_of(some))
            installation.batch(now=FIRST_BATCH)
            expected = state(installation)
        with _installation(server, folder) as installation:
            for difference in what_faults_change(
                installation, some, folder=folder, expected=expected
            ):
                yield f"WRONG {difference}"
        names = ", ".join(model["name"] for model in some)
        yield f"{names}: a fault each, {time.monotonic() - started:.0f} s"
    with _installation(server, folder) as installation:
        derived_morning(installation)
        for number, model in enumerate(models, start=1):
            for difference in what_is_lost(installation, model, number=number, folder=folder):
                yield f"WRONG {difference}"
            yield f"{model['name']}: a batch that stops there"


@contextmanager
def _installation(server: str, folder: Path) -> Iterator[Installation]:
    world = make_world([build_company(users=10)], client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    with (
        running(world) as zoom,
        new_installation(server, home=folder / "home", zoom=zoom) as installation,
    ):
        yield installation


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
