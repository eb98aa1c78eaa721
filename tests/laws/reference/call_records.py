"""The three generations of records of a completed call (5.7), in one shape."""

import re
from datetime import datetime, timedelta
from typing import Any

from tests.laws.reference.values import email, text, time

LONGEST = timedelta(days=31)
CONNECTED = ("call connected", "auto recorded", "recorded")
LISTENING = ("monitor", "listen", "whisper")


def fields_of(
    entry: dict[str, Any],
    side: str,
    generation: int,
    *,
    owner: str | None,
    received_at: datetime,
) -> dict[str, Any] | None:
    """None if a time of the record cannot be read. `owner` is the Zoom user who owns the log."""
    parties = {name: _party(entry, name, generation) for name in ("caller", "callee")}
    parties[side]["zoom_user_id"] = owner or parties[side]["zoom_user_id"]
    facts = (_first if generation == 1 else _second_and_third)(entry, received_at)
    if facts is None:
        return None
    about = {"call_id": text(entry.get("call_id")), "side": side, "generation": generation}
    return {**about, "parties": parties, **facts}


def only_listens(entry: dict[str, Any]) -> bool:
    """No rule reads such a record."""
    return (text(entry.get("event")) or "").lower() in LISTENING


def possible(at: datetime | None, ended_at: datetime) -> datetime | None:
    """A time after the call's end, or long before it, is treated as absent."""
    return at if at and ended_at - LONGEST <= at <= ended_at else None


def _first(entry: dict[str, Any], received_at: datetime) -> dict[str, Any] | None:
    at = time(entry.get("date_time"), received_at=received_at)
    length = _length(entry.get("duration"))
    if at is None or length is None:
        return None
    result = (text(entry.get("result")) or "").lower()
    return {
        "rang_at": at,
        "answered_at": at if result in CONNECTED else None,
        "ended_at": at + length,
        "is_voicemail": result == "voicemail",
    }


def _length(value: Any) -> timedelta | None:
    """Whole seconds, at most 31 days of them."""
    seconds = text(value) or ""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", seconds, re.ASCII):
        return None
    length = timedelta(seconds=float(seconds) // 1)
    return length if float(seconds) <= LONGEST.total_seconds() else None


def _second_and_third(entry: dict[str, Any], received_at: datetime) -> dict[str, Any] | None:
    start = time(entry.get("start_time"), received_at=received_at)
    end = time(entry.get("end_time"), received_at=received_at)
    if start is None or end is None:
        return None
    is_voicemail = (text(entry.get("result")) or "").lower() == "voicemail"
    answer = time(entry.get("answer_time"), received_at=received_at)
    return {
        "rang_at": possible(start, end),
        "answered_at": None if is_voicemail else possible(answer, end),
        "ended_at": end,
        "is_voicemail": is_voicemail,
    }


def kind_of_number(number: str | None) -> str | None:
    """An outside line has a leading `+`, or more than six digits."""
    if number is None:
        return None
    digits = sum(digit.isascii() and digit.isdigit() for digit in number)
    return "outside" if digits > 6 or number.lstrip().startswith("+") else "extension"


def _party(entry: dict[str, Any], side: str, generation: int) -> dict[str, str | None]:
    def value(name: str) -> str | None:
        return text(entry.get(f"{side}_{name}"))

    party = {"zoom_user_id": value("user_id"), "name": value("name"), "number": value("did_number")}
    if generation > 1:
        return party | {
            "number_kind": kind_of_number(party["number"]),
            "extension_id": value("ext_id"),
            "extension_number": value("ext_number"),
            "email": email(value("email")),
        }
    # First generation: one number, which is an extension if its type is 1.
    if value("number_type") == "1":
        kind = kind_of_number(party["number"])
        return party | {"number_kind": kind, "extension_number": value("number")}
    number = value("number") or party["number"]
    return party | {"number": number, "number_kind": kind_of_number(number)}
