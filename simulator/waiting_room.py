"""A guest who waits and goes: a leave without a join, whose reason names the waiting room."""

from __future__ import annotations

from datetime import datetime, timedelta

from simulator.session import LEFT_WAITING_ROOM, Attendee, Session
from simulator.wire import iso


def wait_and_go(session: Session, person: Attendee, *, at: datetime) -> None:
    device = session.connect(person)
    gone_at = at + timedelta(seconds=session.rng.randrange(30, 300))
    for name, moment in (
        ("participant_joined_waiting_room", at),
        ("participant_left_waiting_room", gone_at),
    ):
        participant = {**session.person_fields(device), "date_time": iso(moment)}
        session.tell(name, moment, participant=participant)
    session.left(device, gone_at, reason=LEFT_WAITING_ROOM)
