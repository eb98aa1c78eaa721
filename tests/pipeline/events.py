"""Zoom's events as dicts, in the shapes that Zoom sends, with fictional people."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Body = dict[str, Any]

# What Zoom sends and the product must not keep.
PRIVATE = {
    "public_ip": "203.0.113.77",
    "private_ip": "192.168.77.7",
    "password": "pass-code-of-the-tests",
    "join_url": "https://zoom.example.com/j/join-link-of-the-tests",
}
FIRST_LEG = "16778240"


@dataclass(frozen=True)
class Person:
    """A person in a session. Guests have no Zoom user id; some have no email either."""

    name: str
    zoom_user_id: str = ""
    email: str = ""


@dataclass(frozen=True)
class Session:
    """One instance of a meeting or webinar, and what Zoom sends about it."""

    account: str
    uuid: str
    host_id: str
    started_at: datetime
    ended_at: datetime
    topic: str = "Plans for spring"
    kind: str = "meeting"
    type: int = 2

    def started(self) -> Body:
        return self._event("started", self.started_at, {})

    def ended(self) -> Body:
        return self._event("ended", self.ended_at, {"end_time": iso(self.ended_at)})

    def joined(self, person: Person, at: datetime, *, leg: str = FIRST_LEG) -> Body:
        participant = {**_participant(person, leg), "join_time": iso(at)}
        return self._event("participant_joined", at, {"participant": participant})

    def left(self, person: Person, at: datetime, *, leg: str = FIRST_LEG) -> Body:
        reason = f"{person.name} left the meeting. Reason : left the meeting"
        participant = {
            **_participant(person, leg),
            "leave_time": iso(at),
            "leave_reason": reason,
            "private_ip": PRIVATE["private_ip"],
        }
        return self._event("participant_left", at, {"participant": participant})

    def bound(self, leg: str, *, to_leg: str, at: datetime) -> Body:
        """Zoom reports that two legs, such as a phone and an app, belong to one person."""
        participant = {"user_id": leg, "bind_user_id": to_leg, "date_time": iso(at)}
        return self._event("participant_bind", at, {"participant": participant})

    def whole(self, people: Sequence[Person]) -> list[Body]:
        """Everyone attends from start to end, each on one leg."""
        legs = {str(int(FIRST_LEG) + 1024 * n): person for n, person in enumerate(people)}
        return [
            self.started(),
            *(self.joined(person, self.started_at, leg=leg) for leg, person in legs.items()),
            *(self.left(person, self.ended_at, leg=leg) for leg, person in legs.items()),
            self.ended(),
        ]

    def _event(self, name: str, at: datetime, more: Body) -> Body:
        about = {
            "uuid": self.uuid,
            "id": "85212345678",
            "type": self.type,
            "topic": self.topic,
            "host_id": self.host_id,
            "duration": 60,
            "start_time": iso(self.started_at),
            "timezone": "Europe/Berlin",
            "password": PRIVATE["password"],
            "join_url": PRIVATE["join_url"],
            **more,
        }
        return event(f"{self.kind}.{name}", self.account, at, about)


def event(name: str, account: str, at: datetime, about: Body) -> Body:
    return {
        "event": name,
        "payload": {"account_id": account, "object": about},
        "event_ts": milliseconds(at) + 312,
    }


def user_event(name: str, account: str, at: datetime, *, zoom_user_id: str, **fields: Any) -> Body:
    """`user.created` with an `email`, `user.updated` with what changed, and so on."""
    return event(f"user.{name}", account, at, {"id": zoom_user_id, "type": 2, **fields})


def call_ended(side: str, account: str, at: datetime, *, call_id: str) -> Body:
    about = {
        "call_id": call_id,
        "caller": {"user_id": "zu-ann", "extension_number": 1001, "phone_number": "+12125550101"},
        "callee": {"phone_number": "+12125550199", "device_type": "PSTN"},
        "ringing_start_time": iso(at),
        "answer_start_time": iso(at),
        "call_end_time": iso(at),
    }
    return event(f"phone.{side}_ended", account, at, about)


def call_history(account: str, at: datetime, *, records: Sequence[str]) -> Body:
    logs = [
        {
            "id": record,
            "call_id": f"call-of-{record}",
            "direction": "outbound",
            "caller_ext_number": "1001",
            "callee_did_number": "+12125550199",
            "start_time": iso(at),
            "end_time": iso(at),
        }
        for record in records
    ]
    return event(
        "phone.caller_call_history_completed", account, at, {"user_id": "zu-ann", "call_logs": logs}
    )


def to_bytes(body: Body) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def other_order(body: Body) -> Body:
    """The same with every object's keys in reverse order."""
    return {
        key: other_order(value) if isinstance(value, dict) else value
        for key, value in reversed(body.items())
    }


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(at: datetime) -> int:
    return int(at.timestamp()) * 1000


def _participant(person: Person, leg: str) -> Body:
    return {
        "user_id": leg,
        "user_name": person.name,
        "participant_user_id": person.zoom_user_id,
        "id": person.zoom_user_id,
        "email": person.email,
        "participant_uuid": f"UUID-OF-{leg}",
        "public_ip": PRIVATE["public_ip"],
    }
