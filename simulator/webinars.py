"""The webinars of a day, with panelists of the company and registered visitors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator import content, names
from simulator.agenda import Agenda
from simulator.attendance import Visit, attend
from simulator.company import LICENSED, ZoomUser, zoom_id
from simulator.guests import Guest
from simulator.series import RECURRING_WEBINAR, meeting_number
from simulator.session import Attendee, Facts, Session, signed_in
from simulator.wire import iso

WEBINAR = 5
_PER_USER = 1 / 60
_SCHEDULED_MINUTES = 60
_FORWARDED_LINK = 0.05


def hold_webinars(agenda: Agenda) -> None:
    """The recurring webinar on two days of three; others on the third and in large companies."""
    (series,) = (one for one in agenda.company.series if one.type == RECURRING_WEBINAR)
    for number in range(agenda.times(_PER_USER)):
        if number == 0 and agenda.day.toordinal() % 3:
            _hold(agenda, number=series.number, type_=series.type, topic=series.topic)
        else:
            topic = agenda.rng.choice(names.WEBINAR_TOPICS)
            _hold(agenda, number=meeting_number(agenda.rng), type_=WEBINAR, topic=topic)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A webinar: `lasts` is in minutes. Without `visitors`, a sample of the guests attends."""

    number: str
    type: int
    topic: str
    host: ZoomUser
    panel: Sequence[ZoomUser]
    starts_at: datetime
    lasts: int
    visitors: Sequence[Guest] | None = None


def _hold(agenda: Agenda, *, number: str, type_: int, topic: str) -> None:
    rng = agenda.rng
    host = rng.choice([user for user in agenda.people if user.type == LICENSED])
    if type_ == RECURRING_WEBINAR:
        host = agenda.company.owner
    lasts = rng.randrange(35, 62)
    start = agenda.slot(host, minutes=lasts, grid=30)
    panel = agenda.free_people(start, minutes=lasts, count=2, without=host)
    hold_webinar(agenda, Broadcast(number, type_, topic, host, panel, start, lasts))


def hold_webinar(agenda: Agenda, plan: Broadcast) -> None:
    rng, start = agenda.rng, plan.starts_at
    agenda.book([plan.host, *plan.panel], start, minutes=plan.lasts)
    facts = Facts(
        kind="webinar",
        number=plan.number,
        type=plan.type,
        topic=plan.topic,
        host_id=plan.host.id or "",
        started_at=start,
        ended_at=start + timedelta(minutes=plan.lasts, seconds=rng.randrange(60)),
        minutes=_SCHEDULED_MINUTES,
        time_zone=plan.host.office.time_zone,
    )
    session = Session(agenda.journal, facts)
    visitors = plan.visitors
    if visitors is None:
        guests = agenda.company.guests
        visitors = rng.sample(guests, min(len(guests), rng.randrange(24, 40)))
    session.started()
    people = [signed_in(user) for user in [plan.host, *plan.panel]]
    people += [_registered(agenda, guest) for guest in visitors]
    for place, person in enumerate(people):
        _attend(agenda, session, person=person, is_panelist=place < 1 + len(plan.panel))
    session.ended()
    _registrations(session, people[1 + len(plan.panel) :][:5])
    content.chat_message(session, start + timedelta(minutes=20), sender=people[-1])
    content.recording(session, host_email=plan.host.email)


def _registered(agenda: Agenda, guest: Guest) -> Attendee:
    """A registered visitor, with an email; a visitor with a forwarded link has only a name."""
    if agenda.rng.random() < _FORWARDED_LINK:
        return Attendee(guest.name)
    return Attendee(guest.name, email=guest.email, registrant_id=zoom_id(agenda.rng))


def _attend(agenda: Agenda, session: Session, *, person: Attendee, is_panelist: bool) -> None:
    rng, facts = agenda.rng, session.facts
    late = 0 if is_panelist else min(1200, int(rng.expovariate(1 / 240)))
    early = 0 if is_panelist or rng.random() < 0.4 else rng.randrange(0, 900)
    joins_at = facts.started_at + timedelta(seconds=late)
    leaves_at = max(joins_at, facts.ended_at - timedelta(seconds=early))
    visit = Visit(person, joins_at, leaves_at)
    attend(session, visit, habit="plain" if is_panelist else agenda.habits.next())


def _registrations(session: Session, people: list[Attendee]) -> None:
    """Write `webinar.registration_created`, hours earlier, each with a personal join link."""
    for person in people:
        if person.registrant_id is None:
            continue
        at = session.facts.started_at - timedelta(minutes=session.rng.randrange(10, 200))
        registrant = {
            "id": person.registrant_id,
            "first_name": person.name,
            "email": person.email,
            "status": "approved",
            "registered_at": iso(at),
            "join_url": f"https://zoom.example.com/w/{session.facts.number}?tk={person.registrant_id}",
        }
        about = {**session.object(), "id": int(session.facts.number), "registrant": registrant}
        name = "webinar.registration_created"
        session.journal.write(name, at, about=about, session=session.uuid)
