"""One running meeting or webinar: writes the events of the session and of each connection."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from simulator.company import ZoomUser
from simulator.guests import Guest
from simulator.journal import Journal
from simulator.wire import iso

LEFT = "left the meeting. Reason : left the meeting"
HOST_ENDED = "left the meeting. Reason : Host ended the meeting."
TO_BREAKOUT = "left the meeting. Reason : left the meeting to join breakout room"
FROM_BREAKOUT = "left the meeting. Reason : leave breakout room to join main meeting"
LOST_NETWORK = "got disconnected from the meeting. Reason : Network connection error."
LEFT_WAITING_ROOM = "left the meeting. Reason : Leave waiting room."
LEFT_ROOM = "Leave breakout room."

_FIRST_CONNECTION = 16_778_240  # the first participant of a meeting usually gets this number
_NEXT_CONNECTION = 1_024


@dataclass(frozen=True, slots=True)
class Attendee:
    """A person in one session. `registrant_id` is None if the session has no registration."""

    name: str
    email: str = ""
    zoom_user_id: str = ""
    registrant_id: str | None = None
    customer_key: str = ""
    phone_number: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """One leg of a device: Zoom assigns a new `user_id` at each join, rejoin and room move."""

    user_id: str
    participant_uuid: str
    person: Attendee
    public_ip: str


@dataclass(frozen=True, slots=True)
class Facts:
    kind: str
    number: str
    type: int
    topic: str
    host_id: str
    started_at: datetime
    ended_at: datetime
    minutes: int
    time_zone: str


class Session:
    def __init__(self, journal: Journal, facts: Facts) -> None:
        self.journal = journal
        self.rng = journal.rng
        self.facts = facts
        self.uuid = _instance_uuid(self.rng.randbytes(16), starts_odd=self.rng.random() < 0.04)
        self._connections = 0

    def started(self) -> None:
        self._write("started", self.facts.started_at, about=self.object())

    def ended(self) -> None:
        about = {**self.object(), "end_time": iso(self.facts.ended_at)}
        if self.facts.kind == "webinar":
            about["practice_session"] = False
        self._write("ended", self.facts.ended_at, about=about)

    def ended_silently(self) -> None:
        """The end, of which Zoom sends no event."""
        about = {**self.object(), "end_time": iso(self.facts.ended_at)}
        self._write_unsent("ended", self.facts.ended_at, about=about)

    def connect(self, person: Attendee) -> Connection:
        """A new device, with a new `user_id` and a new `participant_uuid`."""
        unique = str(uuid.UUID(bytes=self.rng.randbytes(16), version=4)).upper()
        address = f"203.0.113.{self.rng.randrange(1, 255)}"
        return Connection(self._next_user_id(), unique, person, address)

    def moved(self, connection: Connection) -> Connection:
        """The same device in another room, with a new `user_id` and the same `participant_uuid`."""
        return replace(connection, user_id=self._next_user_id())

    def joined(self, connection: Connection, at: datetime) -> None:
        participant = {**self._participant(connection), "join_time": iso(at)}
        self.participant_event("participant_joined", at, participant=participant)

    def left(self, connection: Connection, at: datetime, *, reason: str = LEFT) -> None:
        participant = {
            **self._participant(connection),
            "leave_time": iso(at),
            "leave_reason": reason.replace("meeting", self.facts.kind),
            "private_ip": f"192.168.1.{self.rng.randrange(2, 255)}",
        }
        self.participant_event("participant_left", at, participant=participant)

    def left_silently(self, connection: Connection, at: datetime) -> None:
        """A leave of which Zoom sends no event."""
        person = connection.person
        participant = {**self.person_fields(connection), "leave_time": iso(at)}
        if person.registrant_id is not None:
            participant["registrant_id"] = person.registrant_id
        about = {**self.object(), "participant": participant}
        self._write_unsent("participant_left", at, about=about)

    def bound(self, phone: Connection, at: datetime, *, to: Connection) -> None:
        """Write the event in which Zoom reports that a phone belongs to another connection."""
        # Zoom's example has `date_time`, its type definitions have `join_time`.
        time = self.rng.choice(("join_time", "date_time"))
        participant = {
            **self.person_fields(phone),
            "bind_user_id": to.user_id,
            "bind_participant_uuid": to.participant_uuid,
            "phone_number": phone.person.phone_number,
            time: iso(at),
        }
        self.participant_event("participant_bind", at, participant=participant)

    def in_room(
        self,
        name: str,
        at: datetime,
        *,
        room: str,
        inside: Connection,
        parent_user_id: str,
        **times: str,
    ) -> None:
        """Write a breakout event, with its own `user_id`; `parent_user_id` is the main room's."""
        participant = {
            **self._participant(inside),
            "parent_user_id": parent_user_id,
            **times,
        }
        self.participant_event(name, at, participant=participant, breakout_room_uuid=room)

    def participant_event(
        self, name: str, at: datetime, *, participant: dict[str, Any], **more: Any
    ) -> None:
        about = {**self.object(), **more, "participant": participant}
        self._write(name, at, about=about)

    def object(self) -> dict[str, Any]:
        facts = self.facts
        return {
            "uuid": self.uuid,
            "id": facts.number,
            "type": facts.type,
            "topic": facts.topic,
            "host_id": facts.host_id,
            "duration": facts.minutes,
            "start_time": iso(facts.started_at),
            "timezone": facts.time_zone,
        }

    def person_fields(self, connection: Connection) -> dict[str, Any]:
        person = connection.person
        return {
            "user_id": connection.user_id,
            "user_name": person.name,
            "participant_user_id": person.zoom_user_id,
            "id": person.zoom_user_id,
            "email": person.email,
            "participant_uuid": connection.participant_uuid,
        }

    def _participant(self, connection: Connection) -> dict[str, Any]:
        person = connection.person
        fields = {"public_ip": connection.public_ip, **self.person_fields(connection)}
        if person.registrant_id is not None:
            fields["registrant_id"] = person.registrant_id
        elif self.rng.random() < 0.5:
            fields["registrant_id"] = self.rng.choice((None, ""))
        if person.customer_key:
            fields["customer_key"] = person.customer_key
        if person.phone_number:
            fields["phone_number"] = person.phone_number
        return fields

    def _next_user_id(self) -> str:
        self._connections += 1
        return str(_FIRST_CONNECTION + _NEXT_CONNECTION * (self._connections - 1))

    def _write(self, name: str, at: datetime, *, about: dict[str, Any]) -> None:
        self.journal.write(f"{self.facts.kind}.{name}", at, about=about, session=self.uuid)

    def _write_unsent(self, name: str, at: datetime, *, about: dict[str, Any]) -> None:
        name = f"{self.facts.kind}.{name}"
        self.journal.write_unsent(name, at, about=about, session=self.uuid)


def signed_in(user: ZoomUser) -> Attendee:
    return Attendee(user.full_name, email=user.email, zoom_user_id=user.id or "")


def not_signed_in(user: ZoomUser) -> Attendee:
    """A user of the company who did not sign in: Zoom sends neither id nor email."""
    return Attendee(user.full_name)


def visitor(guest: Guest) -> Attendee:
    """A guest of a meeting: Zoom sends the email only if it was in a calendar invitation."""
    email = guest.email if guest.is_invited else ""
    return Attendee(guest.name, email=email, customer_key=guest.customer_key)


def _instance_uuid(raw: bytes, *, starts_odd: bool) -> str:
    """24 characters of base64; some start with a slash, which REST paths must encode twice."""
    return base64.b64encode(b"\xfc" + raw[1:] if starts_odd else raw).decode()
