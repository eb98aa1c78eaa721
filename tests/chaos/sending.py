"""Zoom's side: sends deliveries from several threads, and again until each is acknowledged."""

import hashlib
import heapq
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import requests

from simulator.delivery import Delivery
from simulator.sender import ANSWER_WITHIN_SECONDS
from simulator.signature import headers
from tests.commands.program import WEBHOOK_SECRET
from tests.patience import PATIENCE, wait_until

THREADS = 6
# Zoom's pauses of 5, 20 and 60 minutes, shortened. The last one is repeated until the delivery is
# acknowledged: one that Zoom had given up would say nothing about the receiver.
RETRY_AFTER_SECONDS = (0.5, 2.0, 4.0)
NO_CONNECTION, NO_ANSWER = "no connection", "no answer in time"


@dataclass(order=True)
class _Due:
    at: float
    number: int
    delivery: Delivery = field(compare=False)
    timestamp: int = field(compare=False)
    attempt: int = field(compare=False, default=0)


class Sender:
    """Must be closed. `answers` counts statuses and failed attempts; `acknowledged` counts the 2xx
    by the SHA-256 of the body; `refused` has the deliveries that Zoom would not send again.
    """

    def __init__(self, address: str) -> None:
        self.answers: Counter[str] = Counter()
        self.acknowledged: Counter[str] = Counter()
        self.refused: list[str] = []
        self.sent = self.retried = self.deliveries = 0
        self.answer_within: float = ANSWER_WITHIN_SECONDS
        self._address = address
        self._lock = threading.Condition()
        self._waiting: list[_Due] = []
        self._is_closed = False
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def add(self, deliveries: Iterable[Delivery]) -> None:
        with self._lock:
            for one in deliveries:
                self.deliveries += 1
                due = _Due(time.monotonic(), self.deliveries, one, int(time.time()))
                heapq.heappush(self._waiting, due)
            self._lock.notify_all()

    def wait(self) -> None:
        """Until nothing is left to send."""
        wait_until(lambda: self.settled == self.deliveries)

    @property
    def settled(self) -> int:
        return self.acknowledged.total() + len(self.refused)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._lock.notify_all()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _run(self) -> None:
        with requests.Session() as http:
            http.trust_env = False
            while (due := self._next()) is not None:
                self._count(due, self._answer(http, due))

    def _next(self) -> _Due | None:
        with self._lock:
            while not self._is_closed:
                now = time.monotonic()
                if self._waiting and self._waiting[0].at <= now:
                    return heapq.heappop(self._waiting)
                self._lock.wait(self._waiting[0].at - now if self._waiting else None)
        return None

    def _answer(self, http: requests.Session, due: _Due) -> str:
        """A retry has the body, the timestamp and the request id of the first attempt."""
        sent = headers(
            due.delivery.body,
            secret=WEBHOOK_SECRET,
            timestamp=due.timestamp,
            request_id=due.delivery.request_id,
        )
        try:
            return str(
                http.post(
                    self._address, data=due.delivery.body, headers=sent, timeout=self.answer_within
                ).status_code
            )
        except requests.Timeout:
            return NO_ANSWER
        except requests.RequestException:
            return NO_CONNECTION

    def _count(self, due: _Due, answer: str) -> None:
        with self._lock:
            self.sent += 1
            self.answers[answer] += 1
            if answer.startswith("2"):
                self.acknowledged[hashlib.sha256(due.delivery.body).hexdigest()] += 1
            elif answer.isdigit() and answer < "500":
                self.refused.append(f"{due.delivery.event.name}: {answer}")
            else:
                self.retried += 1
                pause = RETRY_AFTER_SECONDS[min(due.attempt, len(RETRY_AFTER_SECONDS) - 1)]
                due.attempt += 1
                due.at = time.monotonic() + pause
                heapq.heappush(self._waiting, due)
                self._lock.notify()
