"""`python -m tests.laws.show_world --seed 7 --world 74 [--about TEXT]`: a generated world as text.

Per batch what was set since the one before, and the deliveries, one line each.
"""

import argparse
import sys
from typing import Any

from tests.laws.reference.world import Settings
from tests.laws.worlds.build import make_world


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.laws.show_world")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--world", type=int, required=True)
    parser.add_argument("--without", nargs="*", default=[], help="as the long run was asked")
    parser.add_argument("--about", default="", help="only deliveries that contain this text")
    asked = parser.parse_args(arguments)
    before = Settings()
    for batch in make_world(asked.seed, asked.world, without=asked.without).batches:
        say(f"--- batch as of {batch.as_of:%d.%H:%M:%S}")
        for line in _changes(before, batch.settings):
            say(line)
        for delivery in batch.deliveries:
            body = delivery.body.decode()
            if asked.about in body:
                say(f"{delivery.received_at:%d.%H:%M:%S} {body}")
        before = batch.settings


def _changes(before: Settings, now: Settings) -> list[str]:
    lines = []
    for name, rows in vars(now).items():
        old, new = _rows(getattr(before, name)), _rows(rows)
        lines += [f"  {name}: {row}" for row in new if row not in old]
        lines += [f"  {name}: no longer {row}" for row in old if row not in new]
    return lines


def _rows(rows: Any) -> list[Any]:
    """A list of rows; those of accounts with the account before each."""
    if isinstance(rows, tuple):
        return list(rows)
    return [(account, row) for account, of_account in rows.items() for row in of_account]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
