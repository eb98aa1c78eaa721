"""Two clocks for the sender: one jumps to the next event, the other runs."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Protocol

_LONGEST_NAP_SECONDS = 30.0  # so that a computer notices the time soon after it was suspended


class Clock(Protocol):
    def now(self) -> datetime: ...

    def wait_until(self, moment: datetime) -> bool:
        """Return True at the moment, or False if the sender must stop."""
        ...


class ManualClock:
    """Jumps forward instead of waiting, so that a whole day with retries is sent at once."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def wait_until(self, moment: datetime) -> bool:
        self._now = max(self._now, moment)
        return True


class RunningClock:
    """The wall clock; `start` and `speed` let it start at another time and run faster."""

    def __init__(
        self, *, stop: threading.Event, start: datetime | None = None, speed: float = 1.0
    ) -> None:
        self._stop = stop
        self._started_at = datetime.now(UTC)
        self._start = start or self._started_at
        self._speed = speed

    def now(self) -> datetime:
        return self._start + (datetime.now(UTC) - self._started_at) * self._speed

    def wait_until(self, moment: datetime) -> bool:
        while (left := (moment - self.now()).total_seconds() / self._speed) > 0:
            if self._stop.wait(min(left, _LONGEST_NAP_SECONDS)):
                return False
        return not self._stop.is_set()
