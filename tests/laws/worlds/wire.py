"""Zoom's JSON with invented content, and its bytes in many spellings."""

import json
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Body = dict[str, Any]


@dataclass
class Told:
    """An event before it is delivered. `at` is its own time."""

    at: datetime
    body: Body
    # Another telling may have another `event_ts`, where that is not the event's own time.
    is_timed_by_itself: bool = True


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def event(name: str, account: str, at: datetime, about: Body) -> Body:
    return {
        "event": name,
        "event_ts": int(at.timestamp()) * 1000 + 417,
        "payload": {"account_id": account, "object": about},
    }


def to_bytes(rng: random.Random, body: Body) -> bytes:
    """Key order, escapes and white space are not part of a fact."""
    if rng.random() < 0.3:
        body = _reversed(body)
    separators = rng.choice([(",", ":"), (", ", ": ")])
    return json.dumps(body, ensure_ascii=rng.random() < 0.5, separators=separators).encode()


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(value[name]) for name in reversed(value)}
    return value


def flip(rng: random.Random, value: str) -> str | int:
    """Zoom sends numbers as texts and texts as numbers."""
    return int(value) if value.isdigit() and rng.random() < 0.3 else value


def nothing(rng: random.Random) -> str | None:
    return rng.choice(["", None])
