"""How many requests healing sends to Zoom, per second and per day. All connections share the
limits, and all processes share those of the day, which are counted in the database.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from integration.database import rows
from integration.database.postgres import transaction
from integration.zoom.client import Label
from integration.zoom.errors import TransientZoomError
from integration.zoom.timed_answers import NO_DEADLINE

RESERVED_AT_ONCE = 100


@dataclass(frozen=True)
class Limit:
    per_second: float
    per_day: int


# Zoom's limits of an account on the Pro plan. Per second, those of Zoom Phone, which are half of
# the others: half is left for the account's other apps. Zoom has none per day for "medium".
LIMITS: dict[Label, Limit] = {"heavy": Limit(5, 30_000), "medium": Limit(10, 60_000)}


class OutOfTime(Exception):
    """The time allowed for healing has ended; the next run continues."""


class Budget:
    """The requests with one label. Requests are spread evenly over each second."""

    def __init__(
        self,
        url: str,
        label: Label,
        limit: Limit,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url, self._label, self._limit = url, label, limit
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._free_at = 0.0
        self._reserved = 0
        self._reserved_on = clock().date()

    def take(self, *, ends_at: float = NO_DEADLINE) -> None:
        """Waits until a request may be sent. Raises OutOfTime if that is later than `ends_at`, a
        time of the monotonic clock, and TransientZoomError if the day's requests are used up.
        """
        with self._lock:
            now = time.monotonic()
            at = max(now, self._free_at)
            if at >= ends_at:
                raise OutOfTime
            self._reserve()
            self._reserved -= 1
            self._free_at = at + 1 / self._limit.per_second
        if at > now:
            self._sleep(at - now)

    def give_back(self) -> None:
        """Returns what was reserved for today and not used."""
        with self._lock:
            if self._reserved:
                with transaction(self._url, role="pipeline") as connection:
                    _change(connection, self._reserved_on, self._label, -self._reserved)
            self._reserved = 0

    def _reserve(self) -> None:
        now = self._clock()
        if self._reserved and self._reserved_on == now.date():
            return
        with transaction(self._url, role="pipeline") as connection:
            used = _change(connection, now.date(), self._label, 0)
            found = min(RESERVED_AT_ONCE, self._limit.per_day - used)
            if found > 0:
                _change(connection, now.date(), self._label, found)
        if found <= 0:
            midnight = datetime.combine(now.date(), datetime.min.time(), tzinfo=UTC)
            raise TransientZoomError(
                f"The {self._limit.per_day:,} requests of the kind “{self._label}” that healing "
                "may send to Zoom in a day are used up.",
                retry_at=midnight + timedelta(days=1),
            )
        self._reserved, self._reserved_on = found, now.date()


def _change(connection: psycopg.Connection, day: object, label: Label, requests: int) -> int:
    """Adds to the day's number, which stays locked until the transaction ends; returns it."""
    return rows.scalar(
        connection,
        int,
        """
        insert into pipeline.zoom_requests as known (day, label, requests) values (%s, %s, %s)
        on conflict (day, label) do update set requests = known.requests + excluded.requests
        returning requests
        """,
        [day, label, requests],
    )
