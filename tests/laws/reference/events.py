"""Events: their subject, their fields and their own time (5.1, 5.2). Calls: call_events.py."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.laws.reference import values
from tests.laws.reference.values import (
    cut_to_the_second,
    email,
    event_time,
    identifier,
    record,
    text,
    time,
)

PARTICIPANT_EVENTS = {
    "participant_joined": "join_time",
    "participant_joined_breakout_room": "join_time",
    "participant_left": "leave_time",
    "participant_left_breakout_room": "leave_time",
}
SESSION_EVENTS = {"started": "start_time", "ended": "end_time", **PARTICIPANT_EVENTS}
BIND = "participant_bind"
USER_EVENTS = ("created", "updated", "activated", "deactivated", "deleted", "disassociated")
CALL_EVENTS = ("ended", "call_log_completed", "call_history_completed", "call_element_completed")

Key = tuple[Any, ...]


class Unreadable(Exception):
    """The subject or the time of an event cannot be read. The argument is the time, if readable."""


@dataclass(frozen=True)
class Event:
    """A fact. Deliveries with the same `key` report the same fact."""

    key: Key
    account: str
    name: str
    own_time: datetime
    received_at: datetime
    fields: dict[str, Any]
    session: Key | None = None

    @property
    def is_leave(self) -> bool:
        return "participant_left" in self.name

    @property
    def is_join(self) -> bool:
        return "participant_joined" in self.name

    @property
    def is_bind(self) -> bool:
        return self.name.endswith(BIND)

    @property
    def is_breakout(self) -> bool:
        return self.name.endswith("breakout_room")


def is_kept(name: str) -> bool:
    area, _, what = name.partition(".")
    if area in ("meeting", "webinar") and what == BIND:
        return True
    if area == "meeting":
        return what in SESSION_EVENTS
    if area == "webinar":
        return what in SESSION_EVENTS and not what.endswith("breakout_room")
    if area == "phone":
        side, _, kind = what.partition("_")
        return side in ("caller", "callee") and kind in CALL_EVENTS
    return (area == "user" and what in USER_EVENTS) or name == "app_deauthorized"


def session_event(message: dict[str, Any], account: str, received_at: datetime) -> Event:
    name = message["event"]
    area, _, what = name.partition(".")
    about = object_of(message)
    participant = record(about.get("participant"))
    uuid = text(about.get("uuid"))
    session = (account, {"meeting": "meetings", "webinar": "webinars"}[area], uuid)
    leg = named_leg(participant)
    if what == BIND:
        own_time = time_of_bind(message, participant, received_at)
        if uuid is None or leg[1] is None:
            raise Unreadable(own_time)
        fields = {"leg": leg, "bound_to": named_leg(participant, "bind_")}
        return make_event(message, account, (uuid, leg), own_time, received_at, fields, session)

    place = participant if what in PARTICIPANT_EVENTS else about
    value = place.get(SESSION_EVENTS[what])
    own_time = time(value, received_at=received_at)
    if value in (None, "") and what != "started":
        own_time = cut_to_the_second(event_time(message.get("event_ts"), received_at=received_at))
    if own_time is None or uuid is None or (what in PARTICIPANT_EVENTS and leg[1] is None):
        raise Unreadable(own_time)

    fields = {
        "start_time": time(about.get("start_time"), received_at=received_at),
        "topic": values.topic(about.get("topic")),
        "type": identifier(about.get("type")),
        "host_id": identifier(about.get("host_id")),
        "meeting_id": identifier(about.get("id")),
    }
    if what in PARTICIPANT_EVENTS:
        fields |= {
            "leg": leg,
            "zoom_user_id": identifier(participant.get("participant_user_id"))
            or identifier(participant.get("id")),
            "email": email(participant.get("email")),
            "registrant_id": identifier(participant.get("registrant_id")),
            "customer_key": identifier(participant.get("customer_key")),
            "participant_uuid": identifier(participant.get("participant_uuid")),
            "name": values.name(participant.get("user_name")),
            "parent_user_id": identifier(participant.get("parent_user_id")),
            "leave_reason": text(participant.get("leave_reason")),
        }
    subject = (uuid, leg) if what in PARTICIPANT_EVENTS else (uuid,)
    return make_event(message, account, subject, own_time, received_at, fields, session)


def named_leg(participant: dict[str, Any], prefix: str = "") -> tuple[str, str | None]:
    """A leg is identified by its `user_id`, else by its `participant_uuid`."""
    user_id = text(participant.get(f"{prefix}user_id"))
    if user_id is not None:
        return "user_id", user_id
    return "participant_uuid", text(participant.get(f"{prefix}participant_uuid"))


def time_of_bind(
    message: dict[str, Any], participant: dict[str, Any], received_at: datetime
) -> datetime:
    """`join_time`, else `date_time`, else `event_ts`. An unreadable one is not replaced."""
    for value in (participant.get("join_time"), participant.get("date_time")):
        if value not in (None, ""):
            own_time = time(value, received_at=received_at)
            break
    else:
        own_time = cut_to_the_second(event_time(message.get("event_ts"), received_at=received_at))
    if own_time is None:
        raise Unreadable
    return own_time


def user_event(message: dict[str, Any], account: str, received_at: datetime) -> Event:
    about = object_of(message)
    zoom_user_id = text(about.get("id"))
    own_time = event_time(message.get("event_ts"), received_at=received_at)
    if zoom_user_id is None or own_time is None:
        raise Unreadable(own_time)
    fields = {
        "zoom_user_id": zoom_user_id,
        "email": email(about.get("email")),
        "name": name_of(about),
    }
    return make_event(message, account, (zoom_user_id,), own_time, received_at, fields, None)


def deauthorization(message: dict[str, Any], account: str, received_at: datetime) -> Event:
    payload = record(message.get("payload"))
    own_time = time(payload.get("deauthorization_time"), received_at=received_at)
    if own_time is None:
        raise Unreadable
    fields = {"client_id": identifier(payload.get("client_id"))}
    return make_event(message, account, (account,), own_time, received_at, fields, None)


def name_of(user: dict[str, Any]) -> str | None:
    """A Zoom user's display name, else first and last name."""
    parts = [values.name(user.get("first_name")), values.name(user.get("last_name"))]
    return values.name(user.get("display_name")) or " ".join(part for part in parts if part) or None


def make_event(
    message: dict[str, Any],
    account: str,
    subject: Key,
    own_time: datetime,
    received_at: datetime,
    fields: dict[str, Any],
    session: Key | None,
) -> Event:
    """Raises Unreadable if an id of the subject is too long: cut short, it might equal another."""
    ids = [part for each in subject for part in (each if isinstance(each, tuple) else (each,))]
    if any(isinstance(part, str) and identifier(part) is None for part in ids if part):
        raise Unreadable(own_time)
    name = message["event"]
    key = (account, name, subject, own_time)
    return Event(key, account, name, own_time, received_at, fields, session)


def object_of(message: dict[str, Any]) -> dict[str, Any]:
    return record(record(message.get("payload")).get("object"))
