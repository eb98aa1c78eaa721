"""What healing has restored is healed, what it has not is missing, and both are counted."""

from datetime import timedelta
from pathlib import Path

import pytest

from simulator.losses import Losses
from tests.healing.story import DAY, NEXT_MORNING, Played, played, simulated

COUNTS = """
    select sum(known)::integer, sum(received)::integer, sum(healed)::integer, sum(missing)::integer
    from operations.completeness where day = %s
"""


def counts(found: Played) -> tuple[int, int, int, int]:
    (row,) = found.installation.execute(COUNTS, [DAY])
    return row


@pytest.mark.parametrize(
    "losses", [Losses(), Losses(share=0.05, seed=5), Losses(days=frozenset([DAY]))],
    ids=["none", "a twentieth", "all"],
)  # fmt: skip
def test_nothing_is_missing_after_healing(losses: Losses, server_url: str, home: Path) -> None:
    with simulated() as simulator, played(server_url, home, simulator, losses) as found:
        assert counts(found) == (None, None, None, None)  # not compared yet
        found.heal()
        found.batch("healed", now=NEXT_MORNING)
        known, received, healed, missing = counts(found)
        assert (received + healed, missing) == (known, 0)
        assert known > 10
        if losses.days:
            assert received == 0
        found.deliver_lost()
        found.batch("late", now=NEXT_MORNING + timedelta(hours=1))
        *_, healed_later, missing = counts(found)
        assert (healed_later <= healed, missing) == (True, 0)
