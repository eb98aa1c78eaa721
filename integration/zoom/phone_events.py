"""The fields of phone events that are stored, for all four generations: the two sides, the times
and the result of the call.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integration.zoom.event_times import UnreadableTime, time
from integration.zoom.parties import CALL, OWNER_OF_LOG, SIDES, facts_of
from integration.zoom.texts import text

# Zoom's names for one thing differ between the generations. If a record has two of them, the
# first in the tuple applies.
OF_LIVE_CALL = {
    "zoom_user_id": ("user_id",),
    "extension_id": ("extension_id",),
    "extension_number": ("extension_number",),
    "phone_number": ("phone_number",),
    "name": ("name", "display_name"),
}
OF_RECORD = {
    "zoom_user_id": ("user_id",),
    "extension_id": ("ext_id",),
    "extension_number": ("ext_number",),
    "phone_number": ("did_number",),
    "email": ("email",),
    "name": ("name",),
}
# First generation: `*_number` is an extension or a phone number, as `*_number_type` says.
NUMBER_IS_EXTENSION = "1"
LONGEST_CALL = timedelta(days=31)
# One side's log of a call has a few records, one for each segment.
MAX_RECORDS = 500
_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]+)?")


class UnreadableRecord(Exception):
    """A record of a call that cannot become an event; the message is the reason."""


@dataclass(frozen=True)
class CallRecord:
    """One record of a completed call in one side's log."""

    record_id: str
    started_at: datetime
    ended_at: datetime | None  # of the first generation, which has a duration instead
    fields: dict[str, str]


def live_call(
    event: str, content: dict[str, Any], *, received_at: datetime
) -> tuple[dict[str, str], str]:
    """The stored fields of a `phone.*_ended` event, and an id that differs between the sides."""
    fields = _texts({"call_id": content.get("call_id")})
    for side in SIDES:
        party = content.get(side)
        party = party if isinstance(party, dict) else {}
        fields |= facts_of(party, CALL[side], OF_LIVE_CALL)
    for name in ("ringing_start_time", "answer_start_time", "call_end_time"):
        fields |= _time(name, content.get(name), received_at=received_at)
    own = CALL["caller" if event.startswith("phone.caller") else "callee"]
    ids = [own[fact] for fact in ("zoom_user_id", "extension_number", "phone_number")]
    return fields, next((fields[field] for field in ids if field in fields), "")


def record_calls(event: str, content: dict[str, Any], *, received_at: datetime) -> list[CallRecord]:
    """The readable records of a `phone.*_completed` event. Raises UnreadableRecord with a reason
    when there are none, or more than MAX_RECORDS in total.
    """
    generation = next(g for g in ("call_log", "call_history", "call_element") if g in event)
    listed = content.get("call_elements" if generation == "call_element" else "call_logs")
    listed = listed if isinstance(listed, list) else []
    if len(listed) > MAX_RECORDS:
        raise UnreadableRecord(f"more than {MAX_RECORDS} call records")
    records: list[CallRecord] = []
    reasons: list[str] = []
    for record in (record for record in listed if isinstance(record, dict)):
        try:
            records.append(
                _record(record, generation, owner=content.get("user_id"), received_at=received_at)
            )
        except UnreadableRecord as unreadable:
            reasons.append(str(unreadable))
        except UnreadableTime:
            reasons.append("invalid time")
    if not records:
        raise UnreadableRecord(reasons[0] if reasons else "no call record")
    return records


def _record(
    record: dict[str, Any], generation: str, *, owner: object, received_at: datetime
) -> CallRecord:
    first = generation == "call_log"
    started_at = time(record.get("date_time" if first else "start_time"), received_at=received_at)
    ended_at = None if first else time(record.get("end_time"), received_at=received_at)
    fields = _texts(
        {
            "call_id": record.get("call_id"),
            OWNER_OF_LOG["zoom_user_id"]: owner,
            "generation": generation,
            "result": record.get("result"),
            "duration": _whole_seconds(record.get("duration")),
            "segment_event": record.get("event"),
        }
    )
    record_id = text(record.get("call_element_id")) or text(record.get("id"))
    if "call_id" not in fields:
        raise UnreadableRecord("no session id (call_id)")
    if record_id is None:
        raise UnreadableRecord("call record without an id")
    if started_at is None or (ended_at is None and not first):
        raise UnreadableRecord("no event time")
    if first and "duration" not in fields:
        raise UnreadableRecord("invalid duration")
    for side in SIDES:
        fields |= _numbers_of_call_log(record, side) if first else {}
        fields |= facts_of(record, CALL[side], OF_RECORD, prefix=f"{side}_")
    for name, value in {
        "started_at": record.get("date_time" if first else "start_time"),
        "answered_at": None if first else record.get("answer_time"),
        "ended_at": None if first else record.get("end_time"),
    }.items():
        fields |= _time(name, value, received_at=received_at)
    return CallRecord(record_id, started_at, ended_at, fields)


def _whole_seconds(value: object) -> str | None:
    """A duration of at most LONGEST_CALL; None for any other value."""
    digits = text(value) or ""
    if not _SECONDS.fullmatch(digits) or float(digits) > LONGEST_CALL.total_seconds():
        return None
    return str(int(float(digits)))


def _numbers_of_call_log(record: dict[str, Any], side: str) -> dict[str, str]:
    is_extension = text(record.get(f"{side}_number_type")) == NUMBER_IS_EXTENSION
    kind = "extension_number" if is_extension else "phone_number"
    return _texts({CALL[side][kind]: record.get(f"{side}_number")})


def _texts(values: dict[str, object]) -> dict[str, str]:
    return {name: found for name, value in values.items() if (found := text(value))}


def _time(name: str, value: object, *, received_at: datetime) -> dict[str, str]:
    try:
        read = time(value, received_at=received_at)
    except UnreadableTime:
        return {}
    return {name: read.isoformat()} if read else {}
