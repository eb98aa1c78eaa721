"""How long a test waits for something that must happen.

Only a test that hangs takes longer. A busy machine is not a failure, and the benchmarks measure
speed.
"""

import time
from collections.abc import Callable

PATIENCE = 600.0  # seconds


def wait_until(happened: Callable[[], bool], *, every: float = 0.05) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < give_up_at, "it never happened"
        time.sleep(every)
