"""`python -m tests.laws.long_run --worlds 320 --seed 7`: many worlds, compared after every batch.

It creates its own database and removes it. `--only 12 40` runs only those worlds of the seed. For
each session that differs, it prints the world and the deliveries of the session.
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from integration.database import embedded, postgres
from integration.pipeline.migrate import migrate
from integration.settings import Settings
from tests.laws.comparison import differences, merged
from tests.laws.driver import pipeline
from tests.laws.marts_of_product import read_marts
from tests.laws.reference.marts import Marts, derive
from tests.laws.reference.world import World
from tests.laws.show_world import where_it_differs
from tests.laws.worlds.build import make_world


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.laws.long_run")
    parser.add_argument("--worlds", type=int, default=320)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", type=int, nargs="*", help="numbers of single worlds")
    parser.add_argument("--show", type=int, default=10, help="differences that are printed")
    asked = parser.parse_args(arguments)
    numbers = asked.only or range(asked.worlds)
    started = time.monotonic()
    worlds = [make_world(asked.seed, n) for n in numbers]
    say(f"{len(worlds)} worlds of seed {asked.seed}, {_deliveries(worlds)} deliveries")
    found = compare(worlds)
    for text in found[: asked.show]:
        say(where_it_differs(text, asked.seed))
    minutes = (time.monotonic() - started) / 60
    say(f"{len(found)} differences in {len(worlds)} worlds, {minutes:.1f} minutes")
    return 1 if found else 0


def compare(worlds: list[World]) -> list[str]:
    """Runs the worlds on a new server and returns the differences after all batches, each once."""
    with TemporaryDirectory(prefix="worksights-laws-", ignore_cleanup_errors=True) as folder:
        settings = Settings(home=Path(folder), values={})
        url = postgres.database_url(settings)
        try:
            migrate(settings, url, say=say)
            return _compare_on(url, Path(folder), worlds)
        finally:
            embedded.stop(settings.home)


def _compare_on(url: str, home: Path, worlds: list[World]) -> list[str]:
    seen: dict[str, None] = {}
    with pipeline(url, home=home) as product:
        for number, batch in enumerate(worlds[0].batches):
            started = time.monotonic()
            product.write_input(worlds, number)
            product.batch(as_of=batch.as_of)
            took = time.monotonic() - started
            expected = expected_after(worlds, number)
            found = differences(expected, read_marts(url))
            rows = len(expected.participants)
            say(f"batch {number + 1}: {took:.1f} s, {rows} participants, {len(found)} differences")
            seen |= dict.fromkeys(found)
    return list(seen)


def expected_after(worlds: list[World], number: int) -> Marts:
    """The marts after batch `number`, by the reference."""
    until = [replace(world, batches=world.batches[: number + 1]) for world in worlds]
    return merged(derive(world) for world in until)


def _deliveries(worlds: list[World]) -> int:
    return sum(len(batch.deliveries) for world in worlds for batch in world.batches)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
