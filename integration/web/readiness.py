"""Checks whether a delivery could be stored, or a page answered, now: with a query and by the last
attempts.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import psycopg

ASKED_EVERY_SECONDS = 1.0  # at most, however many clients ask
# With a full disk, a session can still read and get a transaction id, but cannot insert rows.
FAILURE_COUNTS_SECONDS = 60.0
OF_THE_SERVER = ("53", "58", "XX")  # insufficient resources, a system error, an internal error


class Readiness:
    """The readiness of one app, which `ask` queries at most once a second. `next_step` is for the
    operator of one that is not ready.
    """

    def __init__(self, ask: Callable[[], Awaitable[bool]], next_step: str) -> None:
        self._ask = ask
        self.next_step = next_step
        self._asking = asyncio.Lock()
        self._asked_at = -ASKED_EVERY_SECONDS
        self._is_able = False
        self._failed_at: float | None = None

    def record_success(self) -> None:
        self._failed_at = None

    def record_failure(self, error: psycopg.Error) -> None:
        """Records errors that the next row would also cause. Ignores errors caused by the row, and
        a database that does not answer, which the query notices.
        """
        if error.sqlstate and error.sqlstate.startswith(OF_THE_SERVER):
            self._failed_at = monotonic()

    async def is_ready(self) -> bool:
        async with self._asking:
            if monotonic() - self._asked_at >= ASKED_EVERY_SECONDS:
                try:
                    self._is_able = await self._ask()
                except psycopg.Error:
                    self._is_able = False
                self._asked_at = monotonic()
        return self._is_able and not self._has_just_failed

    @property
    def _has_just_failed(self) -> bool:
        return self._failed_at is not None and (
            monotonic() - self._failed_at < FAILURE_COUNTS_SECONDS
        )
