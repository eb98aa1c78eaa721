"""`python -m tests.laws.show_world --seed 7 --world 74 [--about TEXT]`: a generated world as text.

For each batch, it shows the settings that changed since the previous one and the deliveries, one
per line.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from typing import Any

from tests.laws.reference.world import Settings, World
from tests.laws.worlds.build import make_world


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.laws.show_world")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--world", type=int, required=True)
    parser.add_argument("--about", default="", help="only deliveries that contain this text")
    asked = parser.parse_args(arguments)
    for line in lines_of(make_world(asked.seed, asked.world), about=asked.about):
        sys.stdout.write(line + "\n")


def where_it_differs(difference: str, seed: int) -> str:
    """A text of `comparison.differences`, followed by the part of the world that it is about."""
    named = re.search(r"\bw(\d+)-", difference)
    if named is None:
        return difference
    number = int(named[1])
    # Sessions outside the connection's time have only the organization's name.
    of_session = difference.partition("\n")[0].split()
    about = of_session[-1] if len(of_session) == 4 else ""
    command = f"python -m tests.laws.show_world --seed {seed} --world {number}"
    lines = "\n".join(lines_of(make_world(seed, number), about=about)) if about else ""
    return f"world {number}: {difference}\n{command} --about '{about}'\n{lines}"


def lines_of(world: World, *, about: str) -> Iterator[str]:
    before = Settings()
    for batch in world.batches:
        yield f"--- batch as of {batch.as_of:%d.%H:%M:%S}"
        yield from _changes(before, batch.settings)
        for delivery in batch.deliveries:
            body = delivery.body.decode()
            if about in body:
                yield f"{delivery.received_at:%d.%H:%M:%S} {body}"
        before = batch.settings


def _changes(before: Settings, now: Settings) -> list[str]:
    lines = []
    for name, rows in vars(now).items():
        old, new = _rows(getattr(before, name)), _rows(rows)
        lines += [f"  {name}: {row}" for row in new if row not in old]
        lines += [f"  {name}: no longer {row}" for row in old if row not in new]
    return lines


def _rows(rows: Any) -> list[Any]:
    """A list of rows. Rows of accounts have the account first."""
    if isinstance(rows, tuple):
        return list(rows)
    return [(account, row) for account, of_account in rows.items() for row in of_account]


if __name__ == "__main__":
    main(sys.argv[1:])
