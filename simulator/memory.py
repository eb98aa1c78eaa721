"""What Zoom remembers while it sends: events happen, and attempts are logged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from simulator.attempts import NO_ANSWER, Attempt
from simulator.delivery import Delivery, Fate
from simulator.sender import RETRY_AFTER
from simulator.world import World

_MOST_ATTEMPTS = 200_000


@dataclass(frozen=True, slots=True)
class Memory:
    """The observer of a sender that fills a world's history and its log of webhooks."""

    world: World
    endpoint: str

    def happened(self, delivery: Delivery) -> None:
        self.world.history.record([delivery.event.body])
        if delivery.fate is Fate.LOGGED:
            self._log(*unanswered(delivery, endpoint=self.endpoint))

    def attempted(
        self, delivery: Delivery, *, at: datetime, status: int | None, number: int
    ) -> None:
        answered = NO_ANSWER if status is None else status
        body, request_id = delivery.body.decode(), request_id_of(delivery)
        self._log(Attempt(at, body, answered, number, request_id, self.endpoint))

    def _log(self, *attempts: Attempt) -> None:
        self.world.attempts.extend(attempts)
        if len(self.world.attempts) > _MOST_ATTEMPTS:
            del self.world.attempts[: _MOST_ATTEMPTS // 10]


def unanswered(delivery: Delivery, *, endpoint: str) -> Iterator[Attempt]:
    """The attempts of a delivery that is never answered, as Zoom would log them."""
    at, body, request_id = delivery.at, delivery.body.decode(), request_id_of(delivery)
    for number in range(len(RETRY_AFTER) + 1):
        yield Attempt(at, body, NO_ANSWER, number, request_id, endpoint)
        at += RETRY_AFTER[number] if number < len(RETRY_AFTER) else RETRY_AFTER[-1]


def request_id_of(delivery: Delivery) -> str:
    """The log has an id for each delivery, also for those that are sent without one."""
    if delivery.request_id is not None:
        return delivery.request_id
    digest = hashlib.sha256(delivery.at.isoformat().encode() + delivery.body).digest()
    return str(UUID(bytes=digest[:16], version=4)).replace("-", "_")
