"""Reports a sent day to a simulator in another process, whose REST API then knows of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import requests

from simulator.attempts import NO_ANSWER, Attempt
from simulator.delivery import Delivery, Fate
from simulator.memory import request_id_of, unanswered
from simulator.wire import iso

_AT_ONCE = 500
_PATIENCE_SECONDS = 30.0


class ZoomUnreachableError(Exception):
    """The simulator did not accept what happened; the message says why."""


@dataclass(slots=True)
class Reporter:
    """The observer of a sender that remembers what happened until it is sent."""

    endpoint: str
    events: list[bytes] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    def happened(self, delivery: Delivery) -> None:
        self.events.append(delivery.event.body)
        if delivery.fate is Fate.LOGGED:
            self.attempts.extend(unanswered(delivery, endpoint=self.endpoint))

    def attempted(
        self, delivery: Delivery, *, at: datetime, status: int | None, number: int
    ) -> None:
        answered = NO_ANSWER if status is None else status
        body, request_id = delivery.body.decode(), request_id_of(delivery)
        self.attempts.append(Attempt(at, body, answered, number, request_id, self.endpoint))

    def send(self, zoom_url: str) -> None:
        """Raises ZoomUnreachableError."""
        with requests.Session() as http:
            http.trust_env = False
            for events in _parts(self.events):
                bodies = [json.loads(body) for body in events]
                _post(http, f"{zoom_url}/_control/history", {"events": bodies})
            for attempts in _parts(self.attempts):
                rows = [_row(attempt) for attempt in attempts]
                _post(http, f"{zoom_url}/_control/webhook-log", {"attempts": rows})


def _parts(everything: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(everything), _AT_ONCE):
        yield everything[start : start + _AT_ONCE]


def _row(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": iso(attempt.at),
        "body": attempt.body,
        "status": attempt.status,
        "retry_num": attempt.number,
        "request_id": attempt.request_id,
        "endpoint": attempt.endpoint,
    }


def _post(http: requests.Session, url: str, body: dict[str, Any]) -> None:
    try:
        answer = http.post(url, json=body, timeout=_PATIENCE_SECONDS)
    except requests.RequestException as error:
        raise ZoomUnreachableError(
            f"No response from {url}. Check that the Zoom simulator is running."
        ) from error
    if answer.status_code != 204:
        raise ZoomUnreachableError(f"{url} returned {answer.status_code}: {answer.text[:200]}")
