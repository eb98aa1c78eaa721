"""Simulates a meeting: writes all events that Zoom would send for a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator import content
from simulator.agenda import Agenda
from simulator.attendance import Visit, attend
from simulator.breakout import attend_with_room, make_rooms
from simulator.company import ZoomUser
from simulator.guests import Guest
from simulator.session import Attendee, Facts, Session, not_signed_in, signed_in, visitor
from simulator.waiting_room import wait_and_leave

_IS_RECORDED = 0.12
_LOOKS_IN = 0.02


@dataclass(frozen=True, slots=True)
class Plan:
    """`minutes` is the scheduled duration (0: not scheduled), `lasts` the actual one."""

    number: str
    type: int
    topic: str
    host: ZoomUser
    starts_at: datetime
    minutes: int
    lasts: int
    colleagues: Sequence[ZoomUser]
    guests: Sequence[Guest] = ()
    rooms: int = 0
    turned_away: Guest | None = None


def hold(agenda: Agenda, plan: Plan) -> None:
    rng = agenda.rng
    agenda.book([plan.host, *plan.colleagues], plan.starts_at, minutes=plan.lasts)
    session = Session(agenda.journal, _facts(agenda, plan))
    if plan.type == 2:
        earlier = session.facts.started_at - timedelta(minutes=rng.randrange(20, 180))
        content.created(session, earlier, operator=plan.host.email)
    session.started()
    people = _people(agenda, plan)
    _attend_all(agenda, session, people=people, rooms=plan.rooms)
    if plan.turned_away is not None:
        at = session.facts.started_at + timedelta(minutes=1)
        wait_and_leave(session, visitor(plan.turned_away), at=at)
    if rng.random() >= agenda.chances.ended_never_comes:
        session.ended()
    else:
        session.ended_silently()
    _make_content(session, people=people, host_email=plan.host.email)


def _facts(agenda: Agenda, plan: Plan) -> Facts:
    rng = agenda.rng
    jitter = timedelta(seconds=rng.randrange(-90, 120) if plan.minutes else rng.randrange(60))
    started_at = plan.starts_at + jitter
    return Facts(
        kind="meeting",
        number=plan.number,
        type=plan.type,
        topic=plan.topic,
        host_id=plan.host.id or "",
        started_at=started_at,
        ended_at=started_at + timedelta(minutes=plan.lasts, seconds=rng.randrange(-30, 30)),
        minutes=plan.minutes,
        time_zone=plan.host.office.time_zone if plan.minutes else "",
    )


def _people(agenda: Agenda, plan: Plan) -> list[Attendee]:
    rng = agenda.rng
    stays_away = bool(plan.colleagues) and rng.random() < agenda.chances.host_stays_away
    inside = [*([] if stays_away else [plan.host]), *plan.colleagues]
    return [
        *(
            not_signed_in(user) if rng.random() < agenda.chances.not_signed_in else signed_in(user)
            for user in inside
        ),
        *(visitor(guest) for guest in plan.guests),
    ]


def _attend_all(agenda: Agenda, session: Session, *, people: list[Attendee], rooms: int) -> None:
    rng, facts = agenda.rng, session.facts
    length = facts.ended_at - facts.started_at
    names = make_rooms(session, rooms)
    opens_at = facts.started_at + timedelta(seconds=int(length.total_seconds() * 0.3))
    closes_at = facts.started_at + timedelta(seconds=int(length.total_seconds() * 0.7))
    for number, person in enumerate(people):
        visit = _visit(agenda, facts, person=person, is_first=number == 0)
        if names:
            room = names[number % len(names)]
            attend_with_room(session, visit, room=room, opens_at=opens_at, closes_at=closes_at)
        else:
            attend(session, visit, habit=agenda.habits.next())
    if rng.random() < _LOOKS_IN:
        # A person joins and leaves within the same second.
        at = facts.started_at + timedelta(seconds=90)
        attend(session, Visit(Attendee("iPhone"), at, at))


def _visit(agenda: Agenda, facts: Facts, *, person: Attendee, is_first: bool) -> Visit:
    """A visit from one of the first minutes; most people stay until the host ends the meeting."""
    rng = agenda.rng
    seconds = (facts.ended_at - facts.started_at).total_seconds()
    late = 0 if is_first else min(int(rng.expovariate(1 / 70)), int(seconds * 0.2))
    early = 0 if is_first or rng.random() < 0.5 else min(rng.randrange(1, 400), int(seconds * 0.2))
    return Visit(
        person,
        facts.started_at + timedelta(seconds=late),
        facts.ended_at - timedelta(seconds=early),
    )


def _make_content(session: Session, *, people: list[Attendee], host_email: str) -> None:
    rng, facts = session.rng, session.facts
    if not people:
        return
    length = facts.ended_at - facts.started_at
    for _ in range(rng.choice((0, 0, 1, 2))):
        at = facts.started_at + timedelta(seconds=int(length.total_seconds() * rng.random()))
        content.chat_message(session, at, sender=rng.choice(people))
    if rng.random() < 0.4:
        at = facts.started_at + length // 4
        until = facts.started_at + length // 2
        at, until = at.replace(microsecond=0), until.replace(microsecond=0)
        content.screen_share(session, at, sharer=rng.choice(people), until=until)
    if rng.random() < _IS_RECORDED:
        content.recording(session, host_email=host_email)
