"""Limits what a process logs while the database does not answer: each message once a minute, and a
database error in one line.

A pool retries several times a second, each of Dagster's daemons every few seconds, and Dagster logs
130 lines for each attempt.
"""

import logging
import re
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable

SECONDS_BETWEEN_LINES = 60.0
REMEMBERED = 1000  # messages; more than these loggers have
# The first line of an error of a connection or statement, from psycopg, SQLAlchemy or the product.
DATABASE_ERROR = re.compile(
    r"^(?:[\w.]*\.)?(?:OperationalError|DatabaseUnavailable|PoolTimeout): (?P<reason>.+)$",
    re.MULTILINE,
)
# Loggers with a line for each delivery, page or attempt. Dagster's storage uses the root logger.
REPEATING = (
    "root",
    "psycopg.pool",
    "integration.web.receiver.endpoint",
    "integration.web.page.error_pages",
    "integration.web.page.worker_thread",
)


class LimitedLines(logging.Filter):
    """For a handler. Lets each warning of a REPEATING logger and each database error through once a
    minute, with the number of those left out before. Other errors keep their tracebacks.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._written: dict[tuple[str, str], float] = {}
        self._left_out: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        if _shorten(record):
            return self._is_due(record, record.getMessage())
        if record.exc_info or record.name not in REPEATING:
            return True
        if record.name.startswith("integration."):
            return self._is_due(record, record.getMessage())
        # Messages of libraries that differ in their numbers count as the same. The first line of an
        # error is enough.
        template = str(record.msg)
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
        return self._is_due(record, template)

    def _is_due(self, record: logging.LogRecord, text: str) -> bool:
        key, now = (record.name, text), self._clock()
        with self._lock:
            if now - self._written.get(key, -SECONDS_BETWEEN_LINES) < SECONDS_BETWEEN_LINES:
                self._left_out[key] += 1
                return False
            if len(self._written) > REMEMBERED:
                self._written.clear()
            self._written[key] = now
            left_out = self._left_out.pop(key, 0)
        if left_out:
            more = f"({left_out} more like this were not logged)"
            record.msg, record.args = f"{record.getMessage()} {more}", ()
        return True


def _shorten(record: logging.LogRecord) -> bool:
    """Shortens a database error to its reason; False if the record is not a database error."""
    text = record.getMessage()
    if record.exc_info and record.exc_info[1]:
        text += "\n" + "".join(traceback.format_exception(record.exc_info[1]))
    found = DATABASE_ERROR.search(text)
    if found is None:
        return False
    happened = text.partition("\n")[0].rstrip(":")
    record.msg = f"{happened}: {found['reason']}"
    record.args, record.exc_info, record.exc_text = (), None, None
    return True
