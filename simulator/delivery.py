"""Turns events into deliveries: at least once, not in order, some twice, some late."""

from __future__ import annotations

import json
import math
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from simulator.company import DEFAULT_SEED
from simulator.journal import Event
from simulator.wire import in_some_order, to_bytes

_USUAL_SECONDS, _ENDED_SECONDS, _RECORD_SECONDS = 0.8, 17.0, 25.0
_SPREAD = 0.45  # of the logarithm: nine in ten are within a factor of two
_LATE = 0.015
_LATE_SECONDS = (60, 1800)
_AGAIN_SAME_BYTES = 0.04
_AGAIN_OTHER_ORDER = 0.02
_HAS_REQUEST_ID = 0.7


class Fate(Enum):
    """What becomes of a delivery on Zoom's side.

    LOGGED is swallowed, too, but Zoom's log of failed deliveries has it with its body.
    """

    SENT = "sent"
    SWALLOWED = "swallowed"
    LOGGED = "logged"
    NEVER_SENT = "never sent"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to send at `at`. Retries use the same `request_id`."""

    at: datetime
    event: Event
    body: bytes
    request_id: str | None
    fate: Fate = Fate.SENT


def plan(events: Sequence[Event], *, seed: int = DEFAULT_SEED) -> list[Delivery]:
    """The deliveries of these events by the time of their first attempt.

    Events that Zoom never sends have one, too, which only happens.
    """
    if not events:
        return []
    first = events[0].occurred_at.isoformat()
    rng = random.Random(f"{seed}:{first}:deliveries")  # noqa: S311 - a repeatable simulated network
    deliveries = []
    for event in events:
        if not event.is_sent:
            unsent = Delivery(event.occurred_at, event, event.body, None, Fate.NEVER_SENT)
            deliveries.append(unsent)
            continue
        at = event.occurred_at + _latency(event, rng)
        deliveries.append(Delivery(at, event, event.body, _request_id(rng)))
        luck = rng.random()
        if luck < _AGAIN_SAME_BYTES + _AGAIN_OTHER_ORDER:
            body = event.body if luck < _AGAIN_SAME_BYTES else _other_order(event.body, rng)
            again_at = at + timedelta(seconds=rng.uniform(0, 3))
            deliveries.append(Delivery(again_at, event, body, _request_id(rng)))
    return sorted(deliveries, key=lambda delivery: delivery.at)


def _latency(event: Event, rng: random.Random) -> timedelta:
    usual = _USUAL_SECONDS
    if event.name in ("meeting.ended", "webinar.ended"):
        usual = _ENDED_SECONDS
    elif event.name.endswith("_completed"):
        usual = _RECORD_SECONDS
    seconds = rng.lognormvariate(math.log(usual), _SPREAD)
    if rng.random() < _LATE:
        seconds += rng.uniform(*_LATE_SECONDS)
    return timedelta(seconds=seconds)


def _other_order(body: bytes, rng: random.Random) -> bytes:
    """The same event as another subscription may send it, with another key order at each level."""
    read = json.loads(body)
    read["payload"] = dict(reversed(read["payload"].items()))
    read["payload"]["object"] = dict(reversed(read["payload"]["object"].items()))
    return to_bytes(in_some_order(read, rng))


def _request_id(rng: random.Random) -> str | None:
    if rng.random() >= _HAS_REQUEST_ID:
        return None
    return str(uuid.UUID(bytes=rng.randbytes(16), version=4)).replace("-", "_")
