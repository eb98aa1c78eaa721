"""The meetings of a day: recurring, with clients, internal, instant, personal, and workshops."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from simulator import names
from simulator.agenda import Agenda
from simulator.company import LICENSED, ZoomUser
from simulator.holding import Plan, hold
from simulator.series import FIXED_TIME, RECURRING_WEBINAR, meeting_number

# Zoom's type codes.
INSTANT, SCHEDULED, PERSONAL_ROOM = 1, 2, 4

# Meetings per active user and day.
_CLIENT, _INTERNAL, _INSTANT, _PERSONAL, _WORKSHOP = 0.36, 0.24, 0.19, 0.14, 0.04
_AROUND_MIDNIGHT = 0.1


def hold_meetings(agenda: Agenda) -> None:
    _recurring(agenda)
    for _ in range(agenda.times(_WORKSHOP)):
        _workshop(agenda)
    for number in range(agenda.times(_CLIENT)):
        _client_meeting(agenda, turns_guest_away=number % 6 == 0)
    for _ in range(agenda.times(_INTERNAL)):
        _internal(agenda)
    for _ in range(agenda.times(_INSTANT)):
        _instant(agenda)
    for _ in range(agenda.times(_PERSONAL)):
        _personal_room(agenda)


def _recurring(agenda: Agenda) -> None:
    """Stand-ups at the team's fixed time; plannings when the host is free."""
    rng = agenda.rng
    for series in agenda.company.series:
        if series.type == RECURRING_WEBINAR:
            continue
        host = agenda.user(series.host_id)
        at_fixed_time = series.type == FIXED_TIME
        start = agenda.opening(host) + timedelta(minutes=30)
        if not at_fixed_time:
            start = agenda.slot(host, minutes=series.minutes)
        others = [agenda.user(user_id) for user_id in series.member_ids if user_id != host.id]
        hold(
            agenda,
            Plan(
                number=series.number,
                type=series.type,
                topic=series.topic,
                host=host,
                starts_at=start,
                minutes=series.minutes,
                lasts=_really(agenda, series.minutes),
                colleagues=[user for user in others if rng.random() < 0.9],
            ),
        )


def _client_meeting(agenda: Agenda, *, turns_guest_away: bool) -> None:
    rng = agenda.rng
    guests = agenda.company.guests
    first = rng.choice(guests)
    client = first.organization
    same = [guest for guest in guests if guest.organization == client and guest != first]
    invited = [first, *rng.sample(same, min(len(same), rng.randrange(0, 4)))]
    minutes = rng.choice((30, 30, 45, 60))
    host = _licensed(agenda)
    start = agenda.slot(host, minutes=minutes)
    with_us = agenda.free_people(start, minutes=minutes, count=rng.randrange(1, 4), without=host)
    hold(
        agenda,
        Plan(
            number=meeting_number(rng),
            type=SCHEDULED,
            topic=_client_topic(rng.choice(names.CLIENT_TOPICS), client),
            host=host,
            starts_at=start,
            minutes=minutes,
            lasts=_really(agenda, minutes),
            colleagues=with_us,
            guests=invited,
            turned_away=rng.choice(guests) if turns_guest_away else None,
        ),
    )


def _client_topic(topic: str, domain: str) -> str:
    """The topic with the client's name; a free-mail domain is nobody's name."""
    is_company = domain not in names.FREE_MAIL
    return f"{topic} · {domain.split('.')[0].title()}" if is_company else topic


def _internal(agenda: Agenda) -> None:
    rng = agenda.rng
    minutes = rng.choice((25, 30, 45))
    host = _licensed(agenda)
    start = agenda.slot(host, minutes=minutes)
    people = agenda.free_people(start, minutes=minutes, count=rng.randrange(1, 6), without=host)
    hold(
        agenda,
        Plan(
            number=meeting_number(rng),
            type=SCHEDULED,
            topic=rng.choice(names.INTERNAL_TOPICS),
            host=host,
            starts_at=start,
            minutes=minutes,
            lasts=_really(agenda, minutes),
            colleagues=people,
        ),
    )


def _instant(agenda: Agenda) -> None:
    rng = agenda.rng
    host = rng.choice(agenda.people)
    lasts = rng.randrange(3, 38)
    start = agenda.slot(host, minutes=lasts, grid=1)
    people = agenda.free_people(start, minutes=lasts, count=rng.randrange(1, 3), without=host)
    hold(
        agenda,
        Plan(
            number=meeting_number(rng),
            type=INSTANT,
            topic=f"{host.full_name}'s Zoom Meeting",
            host=host,
            starts_at=start,
            minutes=0,
            lasts=lasts,
            colleagues=people,
        ),
    )


def _personal_room(agenda: Agenda) -> None:
    """A meeting in the host's personal room, with a constant number; some around midnight UTC."""
    rng = agenda.rng
    host = rng.choice(agenda.people)
    lasts = rng.randrange(10, 50)
    start = agenda.slot(host, minutes=lasts, grid=5)
    if rng.random() < _AROUND_MIDNIGHT:
        start = datetime.combine(agenda.day, time(23, 40), tzinfo=UTC)
    people = agenda.free_people(start, minutes=lasts, count=1, without=host)
    hold(
        agenda,
        Plan(
            number=str(host.pmi),
            type=PERSONAL_ROOM,
            topic=f"{host.full_name}'s Personal Meeting Room",
            host=host,
            starts_at=start,
            minutes=60,
            lasts=lasts,
            colleagues=people,
            guests=[rng.choice(agenda.company.guests)] if rng.random() < 0.6 else [],
        ),
    )


def _workshop(agenda: Agenda) -> None:
    """About ten people of the whole company, in breakout rooms for part of the time."""
    rng = agenda.rng
    host = _licensed(agenda)
    start = agenda.slot(host, minutes=90)
    people = agenda.free_people(start, minutes=90, count=rng.randrange(8, 12), without=host)
    hold(
        agenda,
        Plan(
            number=meeting_number(rng),
            type=SCHEDULED,
            topic=rng.choice(names.WORKSHOP_TOPICS),
            host=host,
            starts_at=start,
            minutes=90,
            lasts=_really(agenda, 90),
            colleagues=people,
            guests=rng.sample(agenda.company.guests, 2),
            rooms=3,
        ),
    )


def _licensed(agenda: Agenda) -> ZoomUser:
    return agenda.rng.choice([user for user in agenda.people if user.type == LICENSED])


def _really(agenda: Agenda, minutes: int) -> int:
    return max(5, round(minutes * agenda.rng.uniform(0.55, 1.1)))
