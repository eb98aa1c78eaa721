"""Zoom's JSON with fictional content, and its bytes in many spellings."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.laws.worlds.dice import Dice
from tests.laws.worlds.people import BATCH_TIMES, LAST

Body = dict[str, Any]


@dataclass
class Report:
    """An event before it is delivered. `at` is its own time."""

    at: datetime
    body: Body
    # Another report of the event may have another `event_ts` if that is not the event's own time.
    event_ts_may_differ: bool = True
    # If the time of arrival matters, the event is delivered once, at this time.
    arrives_at: datetime | None = None

    @property
    def account(self) -> str:
        payload = self.body["payload"]
        return str(payload.get("account_id", self.body.get("account_id")))

    @property
    def first_batch(self) -> int:
        """The first batch after it happened, or the last one if there is none."""
        return next((n for n, as_of in enumerate(BATCH_TIMES) if as_of > self.at), LAST)


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def event(name: str, account: str, at: datetime, about: Body) -> Body:
    return {
        "event": name,
        "event_ts": int(at.timestamp()) * 1000 + 417,
        "payload": {"account_id": account, "object": about},
    }


def with_object(body: Body, more: Body) -> Body:
    """The event with more, or other, fields of its object."""
    payload = body["payload"]
    return {**body, "payload": {**payload, "object": {**payload["object"], **more}}}


def to_bytes(dice: Dice, body: Body) -> bytes:
    """Key order, escapes and white space are not part of a fact."""
    if dice.luck(0.3):
        body = _reversed(body)
    separators = dice.choice([(",", ":"), (", ", ": ")])
    return json.dumps(body, ensure_ascii=dice.luck(0.5), separators=separators).encode()


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(value[name]) for name in reversed(value)}
    return value


def flip(dice: Dice, value: str) -> str | int:
    """Zoom sends numbers as texts and texts as numbers."""
    return int(value) if value.isdigit() and dice.luck(0.3) else value


def nothing(dice: Dice) -> str | None:
    return dice.choice(["", None])
