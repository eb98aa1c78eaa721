"""Collects the events of a day and returns them by time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from simulator.wire import in_some_order, milliseconds, to_bytes

# The delay of `event_ts` after the payload's own time: at least 0.1 s, rarely up to 3.5 s.
_LEAST_LAG, _USUAL_LAG, _GREATEST_LAG = 0.1, 0.5, 3.5


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. `session` is the uuid or call_id it belongs to; empty if there is none.

    Zoom knows of all events, but never sends those that are not `is_sent`.
    """

    name: str
    occurred_at: datetime
    session: str
    body: bytes
    is_sent: bool = True


class Journal:
    def __init__(self, account_id: str, rng: random.Random) -> None:
        self.account_id = account_id
        self.rng = rng
        self._events: list[Event] = []

    def write(
        self,
        name: str,
        at: datetime,
        *,
        about: dict[str, Any],
        session: str = "",
        beside: dict[str, Any] | None = None,
        above: dict[str, Any] | None = None,
    ) -> None:
        """Add an event `name` at the time `at` (whole seconds) with the object `about`.

        `beside` is added to the payload next to the object, `above` to the body next to the
        payload.
        """
        lag = min(_GREATEST_LAG, _LEAST_LAG + self.rng.expovariate(1 / _USUAL_LAG))
        occurred_at = at + timedelta(milliseconds=round(lag * 1000))
        payload = {"account_id": self.account_id, **(beside or {}), "object": about}
        body = {"event": name, "payload": payload, "event_ts": milliseconds(occurred_at)}
        ordered = in_some_order({**body, **(above or {})}, self.rng)
        self._events.append(Event(name, occurred_at, session, to_bytes(ordered)))

    def write_unsent(self, name: str, at: datetime, *, about: dict[str, Any], session: str) -> None:
        """Add an event that Zoom never sends. It uses no randomness, so other bytes stay."""
        occurred_at = at + timedelta(seconds=_LEAST_LAG)
        payload = {"account_id": self.account_id, "object": about}
        body = {"event": name, "payload": payload, "event_ts": milliseconds(occurred_at)}
        self._events.append(Event(name, occurred_at, session, to_bytes(body), is_sent=False))

    def events(self) -> list[Event]:
        return [event for event in self.all_events() if event.is_sent]

    def all_events(self) -> list[Event]:
        """With those that Zoom never sends."""
        return sorted(self._events, key=lambda event: event.occurred_at)
