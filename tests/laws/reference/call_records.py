"""The three generations of records of a completed call (5.7), as one shape."""

from datetime import datetime, timedelta
from typing import Any

from tests.laws.reference.values import email, text, time


def fields_of(
    entry: dict[str, Any],
    side: str,
    generation: int,
    *,
    owner: str | None,
    received_at: datetime,
) -> dict[str, Any] | None:
    """None when a time of the record cannot be read. `owner` is the Zoom user whose log it is."""
    parties = {name: _party(entry, name, generation) for name in ("caller", "callee")}
    parties[side]["zoom_user_id"] = owner or parties[side]["zoom_user_id"]
    told = (_first if generation == 1 else _second_and_third)(entry, received_at)
    if told is None:
        return None
    return {"side": side, "generation": generation, "parties": parties, **told}


def _first(entry: dict[str, Any], received_at: datetime) -> dict[str, Any] | None:
    at = time(entry.get("date_time"), received_at=received_at)
    if at is None:
        return None
    result = (text(entry.get("result")) or "").lower()
    seconds = int(text(entry.get("duration")) or 0)
    return {
        "rang_at": at,
        "answered_at": at if result == "call connected" else None,
        "ended_at": at + timedelta(seconds=seconds),
        "is_voicemail": result == "voicemail",
    }


def _second_and_third(entry: dict[str, Any], received_at: datetime) -> dict[str, Any] | None:
    start = time(entry.get("start_time"), received_at=received_at)
    end = time(entry.get("end_time"), received_at=received_at)
    if start is None or end is None:
        return None
    is_voicemail = (text(entry.get("result")) or "").lower() == "voicemail"
    answer = time(entry.get("answer_time"), received_at=received_at)
    return {
        "rang_at": start,
        "answered_at": None if is_voicemail else answer,
        "ended_at": end,
        "is_voicemail": is_voicemail,
    }


def _party(entry: dict[str, Any], side: str, generation: int) -> dict[str, str | None]:
    def told(name: str) -> str | None:
        return text(entry.get(f"{side}_{name}"))

    party = {"zoom_user_id": told("user_id"), "name": told("name"), "number": told("did_number")}
    if generation > 1:
        return party | {
            "extension_id": told("ext_id"),
            "extension_number": told("ext_number"),
            "email": email(told("email")),
        }
    # First generation: one number, which type 1 says is an extension.
    if told("number_type") == "1":
        return party | {"extension_number": told("number")}
    return party | {"number": told("number") or party["number"]}
