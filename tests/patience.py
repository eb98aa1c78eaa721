"""How long a test waits for what is sure to come.

So long that only what hangs takes longer: a machine that is busy is no failure, and how fast
something is, the benchmarks say.
"""

import time
from collections.abc import Callable

PATIENCE = 600.0  # seconds


def wait_until(happened: Callable[[], bool], *, every: float = 0.05) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < give_up_at, "it never happened"
        time.sleep(every)
