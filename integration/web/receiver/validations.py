"""Records that Zoom validated the URL, after the response, which needs no database."""

import logging
from functools import partial
from time import monotonic

import psycopg
from psycopg_pool import AsyncConnectionPool

from integration.web.receiver.deliveries import store_validation, with_connection

logger = logging.getLogger(__name__)


class Validations:
    """Keeps the last validation that the database did not store, for one more attempt when it
    stores a delivery: Zoom validates the URL again only after 72 hours.
    """

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool
        self._not_stored: float | None = None  # when it was answered

    async def record(self) -> None:
        """Records that Zoom validated the URL now."""
        answered_at = monotonic()
        if not await self._store(answered_at):
            self._not_stored = answered_at

    async def retry(self) -> None:
        """Tries once more to record the one that was not stored, if any."""
        answered_at, self._not_stored = self._not_stored, None
        if answered_at is not None:
            await self._store(answered_at)

    async def _store(self, answered_at: float) -> bool:
        """Returns whether it was stored."""
        store = partial(store_validation, age_seconds=monotonic() - answered_at)
        try:
            await with_connection(self._pool, store)
        except psycopg.Error as error:
            logger.error("URL validation not recorded: %s", type(error).__name__)
            return False
        return True
