"""Breakout rooms: a move is a leave and a join in the same second, plus the room's own events."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from simulator.attendance import Visit, last_reason
from simulator.session import FROM_BREAKOUT, LEFT, LEFT_ROOM, TO_BREAKOUT, Connection, Session
from simulator.wire import iso


def make_rooms(session: Session, count: int) -> list[str]:
    return [base64.b64encode(session.rng.randbytes(16)).decode() for _ in range(count)]


def attend_with_room(
    session: Session, visit: Visit, *, room: str, opens_at: datetime, closes_at: datetime
) -> None:
    """Main room, breakout room, and back; one in six leaves the meeting from the breakout room."""
    rng = session.rng
    main = session.connect(visit.person)
    session.joined(main, visit.joins_at)
    moved_at = opens_at + timedelta(seconds=rng.randrange(3, 25))
    in_room = _move(session, main, at=moved_at, reason=rng.choice((LEFT, TO_BREAKOUT)))
    inside = _room_connection(session, main, at=moved_at)
    session.in_room(
        "participant_joined_breakout_room",
        moved_at,
        room=room,
        inside=inside,
        parent_user_id=main.user_id,
        join_time=iso(moved_at),
    )
    goes_home = rng.random() < 1 / 6
    back_at = closes_at - timedelta(seconds=rng.randrange(0, 40))
    # A third of those who leave the meeting from a breakout room lack the room's own leave event.
    if not (goes_home and rng.random() < 1 / 3):
        session.in_room(
            "participant_left_breakout_room",
            back_at,
            room=room,
            inside=inside,
            parent_user_id=main.user_id,
            leave_time=iso(back_at),
            leave_reason=LEFT_ROOM,
        )
    if goes_home:
        session.left(in_room, back_at)
        return
    main_again = _move(session, in_room, at=back_at, reason=rng.choice((LEFT, FROM_BREAKOUT)))
    session.left(main_again, visit.leaves_at, reason=last_reason(session, visit))


def _move(session: Session, connection: Connection, *, at: datetime, reason: str) -> Connection:
    moved = session.moved(connection)
    session.left(connection, at, reason=reason)
    session.joined(moved, at)
    return moved


def _room_connection(session: Session, main: Connection, *, at: datetime) -> Connection:
    """The leg in the room, with its own `user_id`; some have a time appended to the number."""
    inside = session.moved(main)
    if session.rng.random() > 0.2:
        return inside
    glued = f"{inside.user_id}{at:%Y-%m-%d %H:%M:%S}:000"
    return Connection(glued, inside.participant_uuid, inside.person, inside.public_ip)
