"""`python -m tests.identity.long_run --examples 100000 --seed 7`: every law over many addresses.

It stops at the first address that breaks a law, shrunk as far as possible.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from hypothesis import HealthCheck, given, seed, settings

from integration.identity.classify import classify
from tests.identity.hard_addresses import Case, crowds
from tests.identity.laws import LAWS


@dataclass
class Run:
    seen: set[Case] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, case: Case) -> None:
        self.seen.add(case)
        self.addresses.add(case.text)
        identity = classify(case.text, case.organization.rules())
        self.kinds[identity.kind] += 1
        self.reasons[identity.reason] += 1


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.identity.long_run")
    parser.add_argument("--examples", type=int, default=100_000, help="addresses")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args(arguments)
    run = Run()
    started = time.monotonic()
    for number in count(asked.seed):
        hold_for_a_round(run, number)
        if len(run.addresses) >= asked.examples:
            break
    say(f"{len(run.addresses)} different addresses from seed {asked.seed} on,")
    say(f"{len(run.seen)} cases of an address in an organization,")
    say(f"{len(LAWS)} laws each, {time.monotonic() - started:.0f} s; all hold.")
    for counts in (run.kinds, run.reasons):
        say(", ".join(f"{name} {count}" for name, count in counts.most_common()))


def hold_for_a_round(run: Run, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=100,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(crowds())
    def hold(crowd: list[Case]) -> None:
        for case in crowd:
            if case not in run.seen:
                for law in LAWS:
                    law(case)
                run.add(case)

    hold()


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
