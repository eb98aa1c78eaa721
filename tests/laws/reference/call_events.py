"""What Zoom sends about calls: live events and three generations of records (5.2, 5.7)."""

from datetime import datetime
from typing import Any

from tests.laws.reference.call_records import fields_of, kind_of_number, only_listens, possible
from tests.laws.reference.events import Event, Unreadable, make_event, object_of
from tests.laws.reference.values import record, text, time

# Event -> generation, array, id of a record.
RECORDS = {
    "call_log_completed": (1, "call_logs", "id"),
    "call_history_completed": (2, "call_logs", "id"),
    "call_element_completed": (3, "call_elements", "call_element_id"),
}
MOST_RECORDS = 500


def live_call(message: dict[str, Any], account: str, received_at: datetime) -> Event:
    about = object_of(message)
    side = message["event"].removeprefix("phone.").partition("_")[0]
    call_id = text(about.get("call_id"))
    own_time = time(about.get("call_end_time"), received_at=received_at)
    if call_id is None or own_time is None:
        raise Unreadable(own_time)
    parties = {}
    for name in ("caller", "callee"):
        party = record(about.get(name))
        parties[name] = {
            "zoom_user_id": text(party.get("user_id")),
            "extension_id": text(party.get("extension_id")),
            "extension_number": text(party.get("extension_number")),
            "number": text(party.get("phone_number")),
            "number_kind": kind_of_number(text(party.get("phone_number"))),
            "name": text(party.get("name")),
        }
    own = parties[side]
    known_by = own["zoom_user_id"] or own["extension_number"] or own["number"]
    fields = {
        "call_id": call_id,
        "side": side,
        "generation": "live",
        "parties": parties,
        "rang_at": possible(
            time(about.get("ringing_start_time"), received_at=received_at), own_time
        ),
        "answered_at": possible(
            time(about.get("answer_start_time"), received_at=received_at), own_time
        ),
        "ended_at": own_time,
        "is_voicemail": False,
    }
    session = (account, "phone", call_id)
    return make_event(message, account, (call_id, known_by), own_time, received_at, fields, session)


def call_records(message: dict[str, Any], account: str, received_at: datetime) -> list[Event]:
    about = object_of(message)
    side, _, kind = message["event"].removeprefix("phone.").partition("_")
    generation, array, id_name = RECORDS[kind]
    entries = about.get(array) or []
    if len(entries) > MOST_RECORDS:
        raise Unreadable
    found = []
    for entry in entries:
        entry = record(entry)
        record_id, call_id = text(entry.get(id_name)), text(entry.get("call_id"))
        fields = fields_of(
            entry, side, generation, owner=text(about.get("user_id")), received_at=received_at
        )
        if record_id is None or call_id is None or fields is None:
            continue
        session = None if only_listens(entry) else (account, "phone", call_id)
        own = "date_time" if generation == 1 else "end_time"
        subject = (record_id, time(entry.get("start_time"), received_at=received_at))
        own_time = time(entry.get(own), received_at=received_at)
        found.append(make_event(message, account, subject, own_time, received_at, fields, session))
    if not found:
        raise Unreadable
    return found
