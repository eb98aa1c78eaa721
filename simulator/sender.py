"""Sends deliveries by Zoom's rules.

A response of 200 to 299 within three seconds is success. After 500 and above, no response in time
or no connection, it retries 5, 20 and 60 minutes after the last attempt, on the sender's own clock.
After any other response, 3xx and 4xx, the delivery is permanently lost.

A retry has the body, the timestamp and the request id of the first attempt. Zoom does not document
whether it signs retries again; the old timestamp is the harder case for a receiver.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

import requests

from simulator.clock import Clock
from simulator.delivery import Delivery, Fate
from simulator.signature import headers

RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=20), timedelta(minutes=60))
ANSWER_WITHIN_SECONDS = 3.0

# A retry is due at least five minutes after its attempt, so all responses must have arrived only
# before a gap that is longer than this.
_LONG_GAP = timedelta(minutes=1)
_NOT_ANSWERED = (
    requests.Timeout,
    requests.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
)


@dataclass(slots=True)
class Counts:
    """`sent` counts attempts; a delivery ends as accepted (2xx), refused (3xx, 4xx) or given up, or
    was swallowed without an attempt.
    """

    deliveries: int = 0
    sent: int = 0
    accepted: int = 0
    retried: int = 0
    refused: int = 0
    given_up: int = 0
    swallowed: int = 0

    def __str__(self) -> str:
        names = ["deliveries", "sent", "accepted", "retried", "refused", "given_up"]
        if self.swallowed:
            names.append("swallowed")
        return " ".join(f"{name}={getattr(self, name)}" for name in names)


class Observer(Protocol):
    """Is called by the sender's thread, in the order of the deliveries."""

    def happened(self, delivery: Delivery) -> None:
        """The delivery is due for the first time, whatever becomes of it."""

    def attempted(
        self, delivery: Delivery, *, at: datetime, status: int | None, number: int
    ) -> None:
        """An attempt has ended; `status` is None if there was no response in time."""


@dataclass(frozen=True, order=True, slots=True)
class _Due:
    at: datetime
    number: int
    attempt: int = field(compare=False)
    delivery: Delivery = field(compare=False)
    timestamp: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A response; `status` is None if there was none in time."""

    due: _Due
    attempted_at: datetime
    status: int | None


class Sender:
    """Sends deliveries when they are due, and counts them over all runs. Must be closed."""

    def __init__(
        self,
        url: str,
        *,
        secret: str,
        clock: Clock,
        threads: int = 1,
        wall_clock: Callable[[], float] = time.time,
        answer_within: float = ANSWER_WITHIN_SECONDS,
        observer: Observer | None = None,
    ) -> None:
        self.counts = Counts()
        self._url = url
        self._secret = secret
        self._clock = clock
        self._wall_clock = wall_clock
        self._answer_within = answer_within
        self._observer = observer
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads)
        self._of_thread = threading.local()
        self._sessions: list[requests.Session] = []
        self._heap: list[_Due] = []
        self._added = 0

    def add(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            self.counts.deliveries += delivery.fate is not Fate.NEVER_SENT
            self._added += 1
            due = _Due(delivery.at, self._added, 0, delivery, timestamp=0)
            heapq.heappush(self._heap, due)

    def run(self, *, until: datetime | None = None) -> Counts:
        """Send each delivery when it is due, until `until`, or without it until the last retry."""
        flying: set[Future[_Answer]] = set()
        while True:
            flying = self._settle(flying, only_if_full=True)
            due = self._heap[0] if self._heap else None
            is_far = due is None or due.at - self._clock.now() > _LONG_GAP
            if flying and is_far:
                flying = self._settle(flying, only_if_full=False)
                continue
            if due is None or (until is not None and due.at >= until):
                break
            if not self._clock.wait_until(due.at):
                break
            due = self._stamped(heapq.heappop(self._heap))
            if self._observer is not None and due.attempt == 0:
                self._observer.happened(due.delivery)
            if due.delivery.fate is not Fate.SENT:
                self.counts.swallowed += due.delivery.fate is not Fate.NEVER_SENT
                continue
            flying.add(self._pool.submit(self._attempt, due, self._clock.now()))
        while flying:
            flying = self._settle(flying, only_if_full=False)
        if until is not None:
            self._clock.wait_until(until)
        return self.counts

    def close(self) -> None:
        self._pool.shutdown()
        for session in self._sessions:
            session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _stamped(self, due: _Due) -> _Due:
        return due if due.timestamp else replace(due, timestamp=int(self._wall_clock()))

    def _attempt(self, due: _Due, attempted_at: datetime) -> _Answer:
        delivery = due.delivery
        try:
            response = self._session().post(
                self._url,
                data=delivery.body,
                headers=headers(
                    delivery.body,
                    secret=self._secret,
                    timestamp=due.timestamp,
                    request_id=delivery.request_id,
                ),
                timeout=self._answer_within,
                allow_redirects=False,
            )
        except _NOT_ANSWERED:
            return _Answer(due, attempted_at, None)
        return _Answer(due, attempted_at, response.status_code)

    def _session(self) -> requests.Session:
        """One HTTP session per thread, without the environment's proxies."""
        session: requests.Session | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            self._of_thread.session = session
            self._sessions.append(session)
        return session

    def _settle(self, flying: set[Future[_Answer]], *, only_if_full: bool) -> set[Future[_Answer]]:
        """Wait for at least one response, count the responses, and put retries on the heap."""
        if not flying or (only_if_full and len(flying) < self._threads):
            return flying
        done, rest = wait(flying, return_when=FIRST_COMPLETED)
        for future in done:
            self._count(future.result())
        return rest

    def _count(self, answer: _Answer) -> None:
        self.counts.sent += 1
        due = answer.due
        if self._observer is not None:
            self._observer.attempted(
                due.delivery, at=answer.attempted_at, status=answer.status, number=due.attempt
            )
        if answer.status is not None and 200 <= answer.status < 300:
            self.counts.accepted += 1
        elif answer.status is not None and answer.status < 500:
            self.counts.refused += 1
        elif due.attempt == len(RETRY_AFTER):
            self.counts.given_up += 1
        else:
            self.counts.retried += 1
            at = answer.attempted_at + RETRY_AFTER[due.attempt]
            heapq.heappush(self._heap, replace(due, at=at, attempt=due.attempt + 1))
