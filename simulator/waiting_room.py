"""A guest who leaves from the waiting room: a leave without a join, with the room in its reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from simulator.session import LEFT_WAITING_ROOM, Attendee, Session
from simulator.wire import iso


def wait_and_leave(session: Session, person: Attendee, *, at: datetime) -> None:
    device = session.connect(person)
    left_at = at + timedelta(seconds=session.rng.randrange(30, 300))
    for name, moment in (
        ("participant_joined_waiting_room", at),
        ("participant_left_waiting_room", left_at),
    ):
        participant = {**session.person_fields(device), "date_time": iso(moment)}
        session.participant_event(name, moment, participant=participant)
    session.left(device, left_at, reason=LEFT_WAITING_ROOM)
