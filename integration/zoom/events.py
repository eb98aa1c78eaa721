"""From the bytes of a delivery to events: what is kept of each event, and what makes two deliveries
one event.

Pure functions. Everything that is not named here (IP addresses, passwords, join links, recording
and voicemail ids) is dropped by not being named.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integration.zoom.envelope import Envelope, Unreadable
from integration.zoom.parties import HOST, PARTICIPANT, TOPIC, ZOOM_USER, said_of
from integration.zoom.phone_events import UnreadableRecord, live_call, record_calls
from integration.zoom.values import (
    EMAIL_BYTES,
    ID_BYTES,
    NAME_BYTES,
    TOPIC_BYTES,
    UnreadableTime,
    cut,
    is_longer,
    text,
    time,
    time_of_milliseconds,
)

# One constant for ever: session ids are the same in every rebuild.
SESSION_NAMESPACE = uuid.UUID("5f0c7d0e-6a53-4a0b-9a5e-2f6f0e8f1c44")
FEATURES = {"meeting": "meetings", "webinar": "webinars", "phone": "phone"}
# What is known of somebody -> Zoom's names for it.
OF_PARTICIPANT = {
    "email": ("email",),
    "zoom_user_id": ("participant_user_id", "id"),
    "name": ("user_name",),
    "participant_uuid": ("participant_uuid",),
    "registrant_id": ("registrant_id",),
    "customer_key": ("customer_key",),
}
OF_ZOOM_USER = {
    "email": ("email",),
    "zoom_user_id": ("id",),
    "name": ("display_name",),
    "first_name": ("first_name",),
    "last_name": ("last_name",),
}


@dataclass(frozen=True)
class Event:
    """One distinct fact. `fields` are what the rules need, as texts; times in them are ISO 8601,
    UTC.
    """

    event_id: str
    event: str
    session_id: str | None
    occurred_at: datetime
    fields: dict[str, str]


def events_of(envelope: Envelope, *, received_at: datetime) -> list[Event]:
    """The events of one delivery: one, or one for each call record. Unreadable with the reason when
    there is none.
    """
    read = _reader(envelope.event)
    try:
        return read(envelope, received_at)
    except UnreadableTime as error:
        raise Unreadable("unreadable time") from error


def _reader(event: str) -> Callable[[Envelope, datetime], list[Event]]:
    family, _, name = event.partition(".")
    if family in ("meeting", "webinar"):
        readers = {"started": _session_event, "ended": _session_event, "participant_bind": _bind}
        return readers.get(name, _participant_event)
    if family == "phone":
        return _live_call if name.endswith("_ended") else _call_records
    return _user_event if family == "user" else _deauthorization


def _session_event(envelope: Envelope, received_at: datetime) -> list[Event]:
    if envelope.event.endswith(".started"):
        own = time(_object(envelope).get("start_time"), received_at=received_at)
    else:
        own = _own_time(envelope, _object(envelope).get("end_time"), received_at)
    session = _session_fields(envelope, own, received_at)
    return [_event(envelope, session["zoom_uuid"], (), own, session)]


def _participant_event(envelope: Envelope, received_at: datetime) -> list[Event]:
    participant = _participant(envelope)
    own_field = "join_time" if "participant_joined" in envelope.event else "leave_time"
    own = _own_time(envelope, participant.get(own_field), received_at)
    session = _session_fields(envelope, own, received_at)
    leg = _leg(participant, own)
    # The reason names the person in some accounts ("Jill left the meeting."): only what a rule asks
    # is kept of it.
    left_waiting_room = "waiting room" in (text(participant.get("leave_reason")) or "").lower()
    fields = (
        session
        | _texts(participant, user_id="user_id", parent_user_id="parent_user_id")
        | said_of(participant, PARTICIPANT, OF_PARTICIPANT)
    )
    if left_waiting_room:
        fields["left_waiting_room"] = "true"
    return [_event(envelope, session["zoom_uuid"], (leg,), own, fields)]


def _bind(envelope: Envelope, received_at: datetime) -> list[Event]:
    """Zoom's statement that two legs of a session are one person's. It names the two, and nothing
    else of it is kept: no rule asks who it says they are.
    """
    participant = _participant(envelope)
    # Zoom's example has `date_time`, its type definitions have `join_time`.
    at = participant.get("join_time")
    if time(at, received_at=received_at) is None:
        at = participant.get("date_time")
    own = _own_time(envelope, at, received_at)
    session = _texts(_object(envelope), zoom_uuid="uuid")
    if "zoom_uuid" not in session:
        raise Unreadable("no session id (uuid)", own)
    leg = _leg(participant, own)
    # Either of the two is called by its user_id, else by its participant_uuid.
    one = _texts(participant, user_id="user_id")
    one = one or _texts(participant, participant_uuid="participant_uuid")
    other = _texts(participant, bind_user_id="bind_user_id")
    other = other or _texts(participant, bind_participant_uuid="bind_participant_uuid")
    return [_event(envelope, session["zoom_uuid"], (leg,), own, session | one | other)]


def _participant(envelope: Envelope) -> dict[str, Any]:
    participant = _object(envelope).get("participant")
    return participant if isinstance(participant, dict) else {}


def _leg(participant: dict[str, Any], own: datetime | None) -> str:
    leg = text(participant.get("user_id")) or text(participant.get("participant_uuid"))
    if leg is None:
        raise Unreadable("participant without user_id and participant_uuid", own)
    return leg


def _session_fields(
    envelope: Envelope, own: datetime | None, received_at: datetime
) -> dict[str, str]:
    content = _object(envelope)
    fields = _texts(
        content,
        zoom_uuid="uuid",
        zoom_meeting_id="id",
        type="type",
        **{HOST["zoom_user_id"]: "host_id", TOPIC: "topic"},
    )
    if "zoom_uuid" not in fields:
        raise Unreadable("no session id (uuid)", own)
    return fields | _times(content, received_at, started_at="start_time")


def _live_call(envelope: Envelope, received_at: datetime) -> list[Event]:
    fields, side = live_call(envelope.event, _object(envelope), received_at=received_at)
    own = time(_object(envelope).get("call_end_time"), received_at=received_at)
    if "call_id" not in fields:
        raise Unreadable("no session id (call_id)", own)
    return [_event(envelope, fields["call_id"], (side,), own, fields)]


def _call_records(envelope: Envelope, received_at: datetime) -> list[Event]:
    try:
        records = record_calls(envelope.event, _object(envelope), received_at=received_at)
    except UnreadableRecord as error:
        raise Unreadable(str(error)) from error
    events: list[Event] = []
    unreadable: list[Unreadable] = []
    for record in records:
        subject = (record.record_id, str(record.started_at))
        own = record.ended_at or record.started_at
        try:
            events.append(_event(envelope, record.fields["call_id"], subject, own, record.fields))
        except Unreadable as reason:  # an id that is too long: the other records are read
            unreadable.append(reason)
    if not events:
        raise unreadable[0]
    return events


def _user_event(envelope: Envelope, received_at: datetime) -> list[Event]:
    content = _object(envelope)
    fields = said_of(content, ZOOM_USER, OF_ZOOM_USER) | _texts(content, user_type="type")
    own = time_of_milliseconds(envelope.event_ts, received_at=received_at)
    if "zoom_user_id" not in fields:
        raise Unreadable("no Zoom user id (object.id)", own)
    return [_event(envelope, None, (fields["zoom_user_id"],), own, fields)]


def _deauthorization(envelope: Envelope, received_at: datetime) -> list[Event]:
    own = time(envelope.payload.get("deauthorization_time"), received_at=received_at)
    return [_event(envelope, None, (), own, _texts(envelope.payload, client_id="client_id"))]


def _event(
    envelope: Envelope,
    session: str | None,
    subject: tuple[str, ...],
    own: datetime | None,
    fields: dict[str, str],
) -> Event:
    if own is None:
        raise Unreadable("no time of its own")
    if any(is_longer(part, ID_BYTES) for part in (session or "", *subject)):
        raise Unreadable("an id of more than 128 bytes", own)
    identity = json.dumps(
        [envelope.zoom_account_id, envelope.event, session, *subject, own.isoformat()]
    )
    digest = hashlib.sha256(identity.encode()).hexdigest()[:32]
    feature = FEATURES.get(envelope.event.partition(".")[0])
    session_name = json.dumps([envelope.zoom_account_id, feature, session])
    return Event(
        event_id=f"{own:%Y%m%dT%H%M%S}-{digest}",
        event=envelope.event,
        session_id=str(uuid.uuid5(SESSION_NAMESPACE, session_name)) if session else None,
        occurred_at=own,
        fields={name: kept for name, value in fields.items() if (kept := _bounded(name, value))},
    )


def _bounded(name: str, value: str) -> str | None:
    """A field's text within the bytes of its role; None for one that is longer, but a topic is cut:
    nobody is known by it.
    """
    if name == TOPIC:
        return cut(value, TOPIC_BYTES)
    longest = ID_BYTES
    if name.endswith("email"):
        longest = EMAIL_BYTES
    elif name.endswith("name"):
        longest = NAME_BYTES
    return None if is_longer(value, longest) else value


def _own_time(envelope: Envelope, value: object, received_at: datetime) -> datetime | None:
    """A join, leave or end time; `event_ts`, cut to the second, stands in when it is absent, never
    when it is unreadable.
    """
    own = time(value, received_at=received_at)
    if own is None:
        own = time_of_milliseconds(envelope.event_ts, received_at=received_at)
        own = own and own.replace(microsecond=0)
    return own


def _object(envelope: Envelope) -> dict[str, Any]:
    content = envelope.payload.get("object")
    return content if isinstance(content, dict) else {}


def _texts(content: dict[str, Any], **names: str) -> dict[str, str]:
    """{our name: text of Zoom's field} of the fields that say something."""
    found = {ours: text(content.get(zooms)) for ours, zooms in names.items()}
    return {ours: value for ours, value in found.items() if value}


def _times(content: dict[str, Any], received_at: datetime, **names: str) -> dict[str, str]:
    """The same for times that are not the event's own: an unreadable one is as good as none."""
    found = {}
    for ours, zooms in names.items():
        try:
            read = time(content.get(zooms), received_at=received_at)
        except UnreadableTime:
            continue
        if read:
            found[ours] = read.isoformat()
    return found
