"""Stores how many users a running import has read, for the page that shows it."""

import time
from contextlib import suppress

import psycopg

from integration.database.postgres import transaction
from integration.database.unavailable import DatabaseUnavailable

# Zoom answers a page of 300 users in less than a second; people look less often.
STORED_EVERY_SECONDS = 1.0
LOCK_TIMEOUT = "2s"


class ImportProgress:
    """The progress of one connection's import."""

    def __init__(self, url: str, connection_id: str) -> None:
        self._url = url
        self._connection_id = connection_id
        self._stored_at = float("-inf")

    def report(self, users: int) -> None:
        """Stores the number, at most once a second. If a number cannot be stored, it is just not
        shown: the import must not fail because of it.
        """
        if time.monotonic() - self._stored_at < STORED_EVERY_SECONDS:
            return
        with (
            suppress(psycopg.Error, DatabaseUnavailable),
            transaction(self._url, role="pipeline") as connection,
        ):
            connection.execute("select set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            connection.execute(
                """
                update integration.connections set users_read = %s
                where connection_id = %s and disconnected_at is null
                """,
                [users, self._connection_id],
            )
        self._stored_at = time.monotonic()
