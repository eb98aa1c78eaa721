"""The fields of an event that are stored, as {our name: text}; for calls see phone_events.py.

Fields that are not listed here (IP addresses, passwords, join links, recording and voicemail ids)
are discarded.
"""

from collections.abc import Mapping
from datetime import datetime

from integration.zoom.event_times import UnreadableTime, time
from integration.zoom.parties import HOST, PARTICIPANT, TOPIC, ZOOM_USER, facts_of, fields_of
from integration.zoom.texts import (
    EMAIL_BYTES,
    ID_BYTES,
    NAME_BYTES,
    TOPIC_BYTES,
    cut,
    is_longer,
    text,
)

Content = Mapping[str, object]

# Fact about a person -> Zoom's names for it.
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


def session_fields(content: Content, *, received_at: datetime) -> dict[str, str]:
    """The session's fields, for any event of a meeting or webinar."""
    fields = _texts(
        content,
        zoom_uuid="uuid",
        zoom_meeting_id="id",
        type="type",
        **{HOST["zoom_user_id"]: "host_id", TOPIC: "topic"},
    )
    return fields | _times(content, received_at, started_at="start_time")


def participant_fields(participant: Content) -> dict[str, str]:
    """The fields of a participant who joined or left."""
    fields = _texts(participant, user_id="user_id", parent_user_id="parent_user_id")
    fields |= facts_of(participant, PARTICIPANT, OF_PARTICIPANT)
    # In some accounts the reason names the person ("Jill left the meeting."), so only the fact that
    # a rule needs is stored.
    if "waiting room" in (text(participant.get("leave_reason")) or "").lower():
        fields["left_waiting_room"] = "true"
    return fields


def bound_fields(participant: Content) -> dict[str, str]:
    """The two legs that a bind connects, each by its user_id, else by its participant_uuid. No rule
    needs the person that a bind names.
    """
    one = _texts(participant, user_id="user_id")
    one = one or _texts(participant, participant_uuid="participant_uuid")
    other = _texts(participant, bind_user_id="bind_user_id")
    other = other or _texts(participant, bind_participant_uuid="bind_participant_uuid")
    return one | other


def uuid_of(content: Content) -> dict[str, str]:
    """The session's uuid, the only session field that is stored for a bind."""
    return _texts(content, zoom_uuid="uuid")


def user_fields(content: Content) -> dict[str, str]:
    """The fields of a Zoom user."""
    return facts_of(content, ZOOM_USER, OF_ZOOM_USER)


def deauthorization_fields(payload: Content) -> dict[str, str]:
    """The id of the app that was removed."""
    return _texts(payload, client_id="client_id")


_LONGEST = {
    **dict.fromkeys(fields_of("email"), EMAIL_BYTES),
    **dict.fromkeys(fields_of("name", "first_name", "last_name"), NAME_BYTES),
}


def within_bounds(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields within their size limits: a topic is truncated, a longer field is dropped."""
    return {name: kept for name, value in fields.items() if (kept := _bounded(name, value))}


def _bounded(name: str, value: str) -> str | None:
    """The text, or None if it exceeds its field's limit. A topic is truncated instead, because it
    identifies no one.
    """
    if name == TOPIC:
        return cut(value, TOPIC_BYTES)
    return None if is_longer(value, _LONGEST.get(name, ID_BYTES)) else value


def _texts(content: Content, **names: str) -> dict[str, str]:
    """{our name: text of Zoom's field} for the fields that are not empty."""
    found = {ours: text(content.get(zooms)) for ours, zooms in names.items()}
    return {ours: value for ours, value in found.items() if value}


def _times(content: Content, received_at: datetime, **names: str) -> dict[str, str]:
    """The same for times other than the event's own: an unreadable one is treated as missing."""
    found = {}
    for ours, zooms in names.items():
        try:
            read = time(content.get(zooms), received_at=received_at)
        except UnreadableTime:
            continue
        if read:
            found[ours] = read.isoformat()
    return found
