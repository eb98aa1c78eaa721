"""Simulates how a person attends: without interruption, or in a way that makes presence complex."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from simulator.session import HOST_ENDED, LEFT, LOST_NETWORK, Attendee, Session


@dataclass(frozen=True, slots=True)
class Visit:
    person: Attendee
    joins_at: datetime
    leaves_at: datetime

    def moment(self, share: float) -> datetime:
        """The whole second at this share of the visit."""
        length = (self.leaves_at - self.joins_at).total_seconds()
        return self.joins_at + timedelta(seconds=int(length * share))


class Habits:
    """Chooses ways to attend: mostly plain, all others equally often."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._names: list[str] = []

    def next(self) -> str:
        if self._rng.random() > 0.18:
            return "plain"
        if not self._names:
            self._names = list(_WAYS)
            self._rng.shuffle(self._names)
        return self._names.pop()


def attend(session: Session, visit: Visit, *, habit: str = "plain") -> None:
    """Write the joins and leaves of one person."""
    way = _WAYS.get(habit, _plainly)
    long_enough = visit.leaves_at - visit.joins_at >= timedelta(minutes=4)
    (way if long_enough else _plainly)(session, visit)


def last_reason(session: Session, visit: Visit) -> str:
    return HOST_ENDED if visit.leaves_at >= session.facts.ended_at else LEFT


def _plainly(session: Session, visit: Visit) -> None:
    device = session.connect(visit.person)
    session.joined(device, visit.joins_at)
    session.left(device, visit.leaves_at, reason=last_reason(session, visit))


def _with_a_rejoin(session: Session, visit: Visit) -> None:
    away_from, back_at = visit.moment(0.4), visit.moment(0.4 + session.rng.uniform(0.05, 0.4))
    _plainly(session, replace(visit, leaves_at=away_from))
    _plainly(session, replace(visit, joins_at=back_at))


def _with_a_reconnect(session: Session, visit: Visit) -> None:
    """The join of the new connection comes before the leave of the old one."""
    old, new = session.connect(visit.person), session.connect(visit.person)
    again_at = visit.moment(0.5)
    session.joined(old, visit.joins_at)
    session.joined(new, again_at)
    noticed_at = min(visit.leaves_at, again_at + timedelta(seconds=session.rng.randrange(20, 92)))
    session.left(old, noticed_at, reason=LOST_NETWORK)
    session.left(new, visit.leaves_at, reason=last_reason(session, visit))


def _on_two_devices(session: Session, visit: Visit) -> None:
    _plainly(session, visit)
    _plainly(session, replace(visit, joins_at=visit.moment(0.1), leaves_at=visit.moment(0.8)))


def _with_a_bound_phone(session: Session, visit: Visit) -> None:
    """The person uses a computer, and for audio a phone that is bound to it and stays longer."""
    number = f"1202555{session.rng.randrange(10_000):04d}"
    computer = session.connect(visit.person)
    phone = session.connect(Attendee(number, phone_number=number))
    dialled_at = visit.moment(0.1)
    session.joined(computer, visit.joins_at)
    session.joined(phone, dialled_at)
    session.bound(phone, dialled_at + timedelta(seconds=session.rng.randrange(2, 20)), to=computer)
    session.left(computer, visit.moment(0.7))
    session.left(phone, visit.leaves_at, reason=last_reason(session, visit))


def _without_a_leave(session: Session, visit: Visit) -> None:
    device = session.connect(visit.person)
    session.joined(device, visit.joins_at)
    session.left_silently(device, visit.leaves_at)


def _under_a_new_name(session: Session, visit: Visit) -> None:
    device = session.connect(visit.person)
    renamed = replace(device, person=replace(visit.person, name=f"{visit.person.name} 🎤"))
    session.joined(device, visit.joins_at)
    session.left(renamed, visit.leaves_at, reason=last_reason(session, visit))


_WAYS: dict[str, Callable[[Session, Visit], None]] = {
    "rejoin": _with_a_rejoin,
    "reconnect": _with_a_reconnect,
    "two devices": _on_two_devices,
    "bound phone": _with_a_bound_phone,
    "no leave": _without_a_leave,
    "renamed": _under_a_new_name,
}
