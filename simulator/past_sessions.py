"""A past meeting or webinar as Zoom's REST API knows it, made from the session's events.

REST reports connections (a rejoin is another row) and waits in the waiting room. It reports no
`participant_uuid`, no customer key, no phone number and no reason for leaving.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Body = dict[str, Any]

_WAITED = ("participant_joined_waiting_room", "participant_left_waiting_room")
_ATTENDED = ("participant_joined", "participant_left")


@dataclass(frozen=True, slots=True)
class Presence:
    """One connection, or one wait. The texts are empty where Zoom knows nothing."""

    user_id: str
    name: str
    email: str
    zoom_user_id: str
    registrant_id: str
    joined_at: datetime
    left_at: datetime
    is_waiting: bool

    @property
    def seconds(self) -> int:
        return int((self.left_at - self.joined_at).total_seconds())

    @property
    def person(self) -> str:
        return self.zoom_user_id or self.email or self.name or self.user_id


@dataclass(frozen=True, slots=True)
class PastSession:
    kind: str
    uuid: str
    number: str
    type: int
    topic: str
    host_id: str
    started_at: datetime
    ended_at: datetime
    presences: tuple[Presence, ...]

    @property
    def attended(self) -> list[Presence]:
        return [one for one in self.presences if not one.is_waiting]

    @property
    def people(self) -> set[str]:
        return {one.person for one in self.attended}

    @property
    def minutes(self) -> int:
        return int((self.ended_at - self.started_at) / timedelta(minutes=1))


def past_session(bodies: Sequence[Body]) -> PastSession | None:
    """The session of these events; None while it has not ended."""
    objects = [body["payload"]["object"] for body in bodies]
    ends = [_time(about["end_time"]) for about in objects if "end_time" in about]
    starts = [_time(about["start_time"]) for about in objects if about.get("start_time")]
    if not ends or not starts:
        return None
    about, ended_at = objects[0], max(ends)
    return PastSession(
        kind=bodies[0]["event"].split(".")[0],
        uuid=about["uuid"],
        number=str(about.get("id", "")),
        type=about.get("type", 2),
        topic=about.get("topic", ""),
        host_id=about.get("host_id", ""),
        started_at=min(starts),
        ended_at=ended_at,
        presences=_presences(bodies, ended_at),
    )


def _presences(bodies: Sequence[Body], ended_at: datetime) -> tuple[Presence, ...]:
    found = [
        *_pairs(bodies, _ATTENDED, times=("join_time", "leave_time"), ended_at=ended_at),
        *_pairs(bodies, _WAITED, times=("date_time", "date_time"), ended_at=ended_at),
    ]
    return tuple(sorted(found, key=lambda one: (one.joined_at, one.user_id)))


def _pairs(
    bodies: Sequence[Body], names: tuple[str, str], *, times: tuple[str, str], ended_at: datetime
) -> list[Presence]:
    """Each join with the next leave of its connection, or with the session's end.

    A leave without a join is none of Zoom's rows: it is that of somebody who only waited.
    """
    by_connection: dict[str, list[tuple[datetime, int, Body]]] = defaultdict(list)
    for body in bodies:
        name = body["event"].split(".")[1]
        if name in names:
            which = names.index(name)
            participant = body["payload"]["object"]["participant"]
            at = _time(participant[times[which]])
            by_connection[participant["user_id"]].append((at, which, participant))
    found = []
    for events in by_connection.values():
        joined: tuple[datetime, Body] | None = None
        for at, which, participant in sorted(events, key=lambda event: event[:2]):
            if which == 0 and joined is None:
                joined = (at, participant)
            elif which == 1 and joined is not None:
                found.append(_presence({**joined[1], **participant}, joined[0], at, names))
                joined = None
        if joined is not None:
            found.append(_presence(joined[1], joined[0], max(joined[0], ended_at), names))
    return found


def _presence(
    participant: Body, joined_at: datetime, left_at: datetime, names: tuple[str, str]
) -> Presence:
    return Presence(
        user_id=participant["user_id"],
        name=participant.get("user_name") or "",
        email=participant.get("email") or "",
        zoom_user_id=participant.get("participant_user_id") or participant.get("id") or "",
        registrant_id=participant.get("registrant_id") or "",
        joined_at=joined_at,
        left_at=left_at,
        is_waiting=names == _WAITED,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
