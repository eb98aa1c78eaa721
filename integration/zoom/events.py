"""Turns a delivery into events, with ids that are equal when two deliveries report one fact."""

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integration.zoom.envelope import Envelope
from integration.zoom.event_times import UnreadableTime, own_time, time, time_of_milliseconds
from integration.zoom.features import FEATURE_OF_EVENTS
from integration.zoom.kept_fields import (
    bound_fields,
    deauthorization_fields,
    participant_fields,
    session_fields,
    user_fields,
    uuid_of,
    within_bounds,
)
from integration.zoom.phone_events import UnreadableRecord, live_call, record_calls
from integration.zoom.texts import ID_BYTES, is_longer, text

# Must never change: a rebuild must derive the same session ids.
SESSION_NAMESPACE = uuid.UUID("5f0c7d0e-6a53-4a0b-9a5e-2f6f0e8f1c44")


class UnreadableDelivery(Exception):
    """A delivery that cannot become an event; the message is the reason shown in
    `operations.deliveries`. `occurred_at` is the event's own time, if known.
    """

    def __init__(self, reason: str, occurred_at: datetime | None = None) -> None:
        super().__init__(reason)
        self.occurred_at = occurred_at


@dataclass(frozen=True)
class Event:
    """One distinct fact. `fields` holds what the rules need, as texts; times are ISO 8601, UTC."""

    event_id: str
    event: str
    session_id: str | None
    occurred_at: datetime
    fields: dict[str, str]


def events_of(envelope: Envelope, *, received_at: datetime) -> list[Event]:
    """The events of one delivery: one, or one for each call record. Raises UnreadableDelivery with
    the reason when there is none.
    """
    read = _reader(envelope.event)
    try:
        return read(envelope, received_at)
    except UnreadableTime as error:
        raise UnreadableDelivery("invalid time") from error


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
        own = own_time(envelope, _object(envelope).get("end_time"), received_at)
    session = _session_fields(envelope, own, received_at)
    return [_event(envelope, session["zoom_uuid"], (), own, session)]


def _participant_event(envelope: Envelope, received_at: datetime) -> list[Event]:
    participant = _participant(envelope)
    own_field = "join_time" if "participant_joined" in envelope.event else "leave_time"
    own = own_time(envelope, participant.get(own_field), received_at)
    session = _session_fields(envelope, own, received_at)
    leg = _leg(participant, own)
    fields = session | participant_fields(participant)
    return [_event(envelope, session["zoom_uuid"], (leg,), own, fields)]


def _bind(envelope: Envelope, received_at: datetime) -> list[Event]:
    """An event in which Zoom reports that two legs of a session belong to one person."""
    participant = _participant(envelope)
    # Zoom's example has `date_time`, its type definitions have `join_time`.
    at = participant.get("join_time")
    if time(at, received_at=received_at) is None:
        at = participant.get("date_time")
    own = own_time(envelope, at, received_at)
    session = uuid_of(_object(envelope))
    if "zoom_uuid" not in session:
        raise UnreadableDelivery("no session id (uuid)", own)
    leg = _leg(participant, own)
    fields = session | bound_fields(participant)
    return [_event(envelope, session["zoom_uuid"], (leg,), own, fields)]


def _participant(envelope: Envelope) -> dict[str, Any]:
    participant = _object(envelope).get("participant")
    return participant if isinstance(participant, dict) else {}


def _leg(participant: dict[str, Any], own: datetime | None) -> str:
    leg = text(participant.get("user_id")) or text(participant.get("participant_uuid"))
    if leg is None:
        raise UnreadableDelivery("participant without user_id and participant_uuid", own)
    return leg


def _session_fields(
    envelope: Envelope, own: datetime | None, received_at: datetime
) -> dict[str, str]:
    fields = session_fields(_object(envelope), received_at=received_at)
    if "zoom_uuid" not in fields:
        raise UnreadableDelivery("no session id (uuid)", own)
    return fields


def _live_call(envelope: Envelope, received_at: datetime) -> list[Event]:
    fields, side = live_call(envelope.event, _object(envelope), received_at=received_at)
    own = time(_object(envelope).get("call_end_time"), received_at=received_at)
    if "call_id" not in fields:
        raise UnreadableDelivery("no session id (call_id)", own)
    return [_event(envelope, fields["call_id"], (side,), own, fields)]


def _call_records(envelope: Envelope, received_at: datetime) -> list[Event]:
    try:
        records = record_calls(envelope.event, _object(envelope), received_at=received_at)
    except UnreadableRecord as error:
        raise UnreadableDelivery(str(error)) from error
    events: list[Event] = []
    unreadable: list[UnreadableDelivery] = []
    for record in records:
        subject = (record.record_id, str(record.started_at))
        own = record.ended_at or record.started_at
        try:
            events.append(_event(envelope, record.fields["call_id"], subject, own, record.fields))
        except UnreadableDelivery as reason:  # an id is too long; the other records are still read
            unreadable.append(reason)
    if not events:
        raise unreadable[0]
    return events


def _user_event(envelope: Envelope, received_at: datetime) -> list[Event]:
    fields = user_fields(_object(envelope))
    own = time_of_milliseconds(envelope.event_ts, received_at=received_at)
    if "zoom_user_id" not in fields:
        raise UnreadableDelivery("no Zoom user id (object.id)", own)
    return [_event(envelope, None, (fields["zoom_user_id"],), own, fields)]


def _deauthorization(envelope: Envelope, received_at: datetime) -> list[Event]:
    own = time(envelope.payload.get("deauthorization_time"), received_at=received_at)
    return [_event(envelope, None, (), own, deauthorization_fields(envelope.payload))]


def _event(
    envelope: Envelope,
    session: str | None,
    subject: tuple[str, ...],
    own: datetime | None,
    fields: dict[str, str],
) -> Event:
    if own is None:
        raise UnreadableDelivery("no event time")
    if any(is_longer(part, ID_BYTES) for part in (session or "", *subject)):
        raise UnreadableDelivery("an ID is longer than 128 bytes", own)
    identity = json.dumps(
        [envelope.zoom_account_id, envelope.event, session, *subject, own.isoformat()]
    )
    digest = hashlib.sha256(identity.encode()).hexdigest()[:32]
    feature = FEATURE_OF_EVENTS.get(envelope.event.partition(".")[0])
    return Event(
        event_id=f"{own:%Y%m%dT%H%M%S}-{digest}",
        event=envelope.event,
        session_id=session_id_of(envelope.zoom_account_id, feature, session) if session else None,
        occurred_at=own,
        fields=within_bounds(fields),
    )


def session_id_of(zoom_account_id: str | None, feature: str | None, session: str) -> str:
    """`session` is the uuid of a meeting or webinar, or the call_id."""
    name = json.dumps([zoom_account_id, feature, session])
    return str(uuid.uuid5(SESSION_NAMESPACE, name))


def _object(envelope: Envelope) -> dict[str, Any]:
    content = envelope.payload.get("object")
    return content if isinstance(content, dict) else {}
