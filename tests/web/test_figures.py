"""What happens when the figures for /metrics cannot be read because of a fault in the code."""

import asyncio

import pytest

from integration.web.metrics.figures import KEPT_SECONDS, Figures
from tests.patience import PATIENCE


def test_a_fault_in_reading_is_logged_once_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outcomes: list[bytes] = [b"figures"]

    def read() -> bytes:
        return outcomes.pop()

    async def ask() -> list[bytes | None]:
        figures = Figures(read)
        texts = []
        for more in ([], [], [b"again"], []):
            texts.append(await figures.text(PATIENCE))
            outcomes.extend(more)
            figures._read_at -= KEPT_SECONDS  # as if so much time had passed
        return texts

    assert asyncio.run(ask()) == [b"figures", None, None, b"again"]
    (line,) = caplog.records
    assert line.getMessage() == "The figures for /metrics could not be read: IndexError"
    assert "pop from empty list" in str(line.exc_info[1])
