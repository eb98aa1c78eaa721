"""Serializes bodies to the bytes that Zoom sends.

The order of keys varies, and characters beyond the basic plane are escaped while all others are raw
UTF-8. So a receiver that parses and serializes the body again gets other bytes and another
signature.
"""

from __future__ import annotations

import json
import random
import re
from datetime import datetime
from typing import Any

_ORDERS = (("event", "payload", "event_ts"), ("payload", "event_ts", "event"))
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def in_some_order(body: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The body with its top-level keys in one of Zoom's two orders; other keys come last."""
    order = rng.choice(_ORDERS)
    ordered = {key: body[key] for key in order if key in body}
    return ordered | {key: value for key, value in body.items() if key not in ordered}


def to_bytes(body: dict[str, Any]) -> bytes:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return _ASTRAL.sub(_escaped, text).encode()


def _escaped(match: re.Match[str]) -> str:
    pair = match.group().encode("utf-16-be")
    return "".join(f"\\u{pair[i : i + 2].hex().upper()}" for i in (0, 2))
