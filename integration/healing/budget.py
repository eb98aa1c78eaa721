"""How many requests healing sends to Zoom: per second for all connections of a run together, and
per day for each Zoom account, counted in the database for all processes.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

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


# Half of what Zoom allows an account on the Pro plan, so that its other apps keep working; per
# second, half of what Zoom Phone allows it, which is less. Zoom has no daily limit for "medium".
LIMITS: dict[Label, Limit] = {"heavy": Limit(5, 15_000), "medium": Limit(10, 60_000)}


class OutOfTime(Exception):
    """The time allowed for healing has ended; the next run continues."""


class Budget:
    """The requests with one label of a run. All its connections share those of a second, over which
    they are spread evenly. Those of a day are counted by Zoom account, as Zoom does.
    """

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
        self._reserved: dict[tuple[date, str], int] = {}

    def take(self, zoom_account_id: str, *, ends_at: float = NO_DEADLINE) -> None:
        """Waits until a request may be sent. Raises OutOfTime if that is later than `ends_at`, a
        time of the monotonic clock, and TransientZoomError if the day's requests are used up.
        """
        with self._lock:
            now = time.monotonic()
            at = max(now, self._free_at)
            if at >= ends_at:
                raise OutOfTime
            self._take_of_day(zoom_account_id)
            self._free_at = at + 1 / self._limit.per_second
        if at > now:
            self._sleep(at - now)

    def give_back(self) -> None:
        """Returns what was reserved and not used."""
        with self._lock, transaction(self._url, role="pipeline") as connection:
            for (day, account), left in sorted(self._reserved.items()):
                _change(connection, day, account, self._label, -left)
            self._reserved.clear()

    def _take_of_day(self, zoom_account_id: str) -> None:
        today = self._clock().date()
        key = (today, zoom_account_id)
        if not self._reserved.get(key):
            self._reserved[key] = self._reserve(today, zoom_account_id)
        self._reserved[key] -= 1

    def _reserve(self, today: date, zoom_account_id: str) -> int:
        with transaction(self._url, role="pipeline") as connection:
            used = _change(connection, today, zoom_account_id, self._label, 0)
            found = min(RESERVED_AT_ONCE, self._limit.per_day - used)
            if found > 0:
                _change(connection, today, zoom_account_id, self._label, found)
                return found
        midnight = datetime.combine(today, datetime.min.time(), tzinfo=UTC)
        raise TransientZoomError(
            f"The {self._limit.per_day:,} requests of the kind “{self._label}” that healing may "
            "send to Zoom in a day for this account are used up.",
            retry_at=midnight + timedelta(days=1),
        )


def _change(
    connection: psycopg.Connection, day: date, zoom_account_id: str, label: Label, requests: int
) -> int:
    """Adds to the day's number, which stays locked until the transaction ends; returns it."""
    return rows.scalar(
        connection,
        int,
        """
        insert into pipeline.zoom_requests as known (day, zoom_account_id, label, requests)
        values (%s, %s, %s, %s)
        on conflict (day, zoom_account_id, label) do update set
            requests = known.requests + excluded.requests
        returning requests
        """,
        [day, zoom_account_id, label, requests],
    )
