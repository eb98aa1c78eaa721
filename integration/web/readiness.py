"""Checks whether a delivery could be stored, or a page answered, now: with a query, by the last
attempts, and, if there was none for a while, by an attempt of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import psycopg

ASKED_EVERY_SECONDS = 1.0  # at most, however many clients ask
# With a full disk, a session can still read and get a transaction id, but cannot insert rows. An
# attempt takes some space in the table until the next vacuum, so there is not one at each question.
SUCCESS_COUNTS_SECONDS = 60.0
OF_THE_SERVER = ("53", "58", "XX")  # insufficient resources, a system error, an internal error


class Readiness:
    """The readiness of one app, which `ask` queries at most once a second. `try_to_store` stores
    something and takes it back. `next_step` is for the operator of one that is not ready.
    """

    def __init__(
        self,
        ask: Callable[[], Awaitable[bool]],
        next_step: str,
        *,
        try_to_store: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._ask = ask
        self._try_to_store = try_to_store
        self.next_step = next_step
        self._asking = asyncio.Lock()
        self._question: asyncio.Task[bool] | None = None
        self._asked_at = -ASKED_EVERY_SECONDS
        self._is_able = False
        self._stored_at = -SUCCESS_COUNTS_SECONDS
        self._has_failed = False

    def record_success(self) -> None:
        self._stored_at = monotonic()
        self._has_failed = False
        self._is_able = True

    def record_failure(self, error: psycopg.Error) -> None:
        """Records errors that the next row would also cause, until one is stored. Ignores errors
        caused by the row, and a database that does not answer, which the query notices.
        """
        if _is_of_the_server(error):
            self._has_failed = True

    async def is_ready(self) -> bool:
        async with self._asking:
            if monotonic() - self._asked_at >= ASKED_EVERY_SECONDS:
                try:
                    self._is_able = await self._ask()
                    if self._is_able:
                        await self._make_sure()
                except psycopg.Error:
                    self._is_able = False
                self._asked_at = monotonic()
        return self._is_able and not self._has_failed

    async def is_ready_within(self, seconds: float) -> bool:
        """False also if the answer takes longer. Only one question waits for it at a time."""
        if self._question is None or self._question.done():
            self._question = asyncio.create_task(self.is_ready())
        question = self._question
        await asyncio.wait({question}, timeout=seconds)
        return question.done() and question.result()

    async def _make_sure(self) -> None:
        """A load balancer sends nothing to a receiver that is not ready, so no delivery would show
        that the disk has space again; and one that has just started has stored nothing yet.
        """
        is_known = monotonic() - self._stored_at < SUCCESS_COUNTS_SECONDS
        if self._try_to_store is None or (is_known and not self._has_failed):
            return
        try:
            await self._try_to_store()
        except psycopg.Error as error:
            if isinstance(error, psycopg.IntegrityError) and not _is_of_the_server(error):
                self.record_success()  # the error was caused by the row
                return
            self.record_failure(error)
            raise
        else:
            self.record_success()


def _is_of_the_server(error: psycopg.Error) -> bool:
    if isinstance(error, psycopg.errors.CheckViolation):
        # Without the name of a constraint, the error means that no partition fits the row.
        return error.diag.constraint_name is None
    return error.sqlstate is not None and error.sqlstate.startswith(OF_THE_SERVER)
