"""A thread of the web process that works at regular times, and when it is woken: it does what no
page waits for, such as sending a mail.
"""

import logging
import threading
from collections.abc import Callable

import psycopg
from psycopg_pool import PoolTimeout

logger = logging.getLogger(__name__)

WORKS_EVERY = 10.0  # seconds
STOPS_WITHIN = 3.0  # seconds; what is being done by then, another process does again
IsStopped = Callable[[], bool]


class WorkerThread:
    """`work` gets a function that says whether the process is ending."""

    def __init__(self, name: str, work: Callable[[IsStopped], None]) -> None:
        self._name, self._work = name, work
        self._wake, self._stopping = threading.Event(), threading.Event()
        # A server that does not answer must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        self._thread.join(STOPS_WITHIN)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(WORKS_EVERY)
            self._wake.clear()
            try:
                self._work(self._stopping.is_set)
            except (psycopg.Error, PoolTimeout) as error:  # retried at the next time
                if not self._stopping.is_set():
                    logger.error("%s: %s", self._name, type(error).__name__)
            except Exception:  # the thread must not end before its process
                logger.exception("%s", self._name)
