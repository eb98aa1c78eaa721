"""Two clocks for the sender: one that jumps to what is next, one that runs."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Protocol

_LONGEST_NAP_SECONDS = 30.0  # so that a computer that slept notices the time soon


class Clock(Protocol):
    def now(self) -> datetime: ...

    def wait_until(self, moment: datetime) -> bool:
        """True when the moment has come, False when the sender is to stop."""
        ...


class ManualClock:
    """Jumps forward to whatever is waited for: a whole day, retries included, plays at once."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def wait_until(self, moment: datetime) -> bool:
        self._now = max(self._now, moment)
        return True


class RunningClock:
    """The wall clock; with `start` and `speed` it begins elsewhere and runs faster."""

    def __init__(
        self, *, stop: threading.Event, start: datetime | None = None, speed: float = 1.0
    ) -> None:
        self._stop = stop
        self._begun_at = datetime.now(UTC)
        self._start = start or self._begun_at
        self._speed = speed

    def now(self) -> datetime:
        return self._start + (datetime.now(UTC) - self._begun_at) * self._speed

    def wait_until(self, moment: datetime) -> bool:
        while (left := (moment - self.now()).total_seconds() / self._speed) > 0:
            if self._stop.wait(min(left, _LONGEST_NAP_SECONDS)):
                return False
        return not self._stop.is_set()
