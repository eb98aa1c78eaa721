"""A day of the demo: who is there, and the events of their meetings and calls."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from simulator.agenda import Agenda, Chances
from simulator.company import Company, ZoomUser
from simulator.demo import calendar
from simulator.demo.calls import make_calls
from simulator.demo.cast import SALES_TEAM
from simulator.demo.clients import VISITORS
from simulator.demo.company import users_by_key
from simulator.demo.engagements import EARLIER, ENGAGEMENTS, Engagement
from simulator.demo.regular import PERSONAL_ROOM, REGULAR, SCHEDULED, THURSDAY, UNPLANNED, Regular
from simulator.guests import Guest
from simulator.holding import Plan, hold
from simulator.journal import Event
from simulator.series import RECURRING_WEBINAR, meeting_number
from simulator.webinars import Broadcast, hold_webinar

INSTANT = 1
# Nobody should look for a client whose only meeting never got its end.
CHANCES = Chances(ended_never_comes=0.0, host_stays_away=0.0, not_signed_in=0.01)
WEBINAR_TOPIC = "Live demo: Acme Works in 30 minutes"
# Numbers of the story on which somebody is away.
LEAVE = {"nina": range(4, 9), "grace": range(3, 4), "tomas": range(6, 7)}
# Everybody else declines what overlaps.
DOUBLE_BOOKED = {"liam"}
UNPLANNED_SHARE = 0.4
# After the story, the days of its second week repeat.
SECOND_WEEK = 5


class Scene:
    """One day; `number` is that of the story, None for the days weeks before it."""

    def __init__(self, company: Company, day: date, number: int | None) -> None:
        rng = random.Random(f"demo:{day.isoformat()}")  # noqa: S311 - a repeatable fictional day
        self.day, self.number = day, number
        self.agenda = Agenda(company, day, rng=rng, chances=CHANCES)
        self._users = users_by_key(company)

    def user(self, key: str) -> ZoomUser:
        return self._users[key]

    def is_away(self, key: str) -> bool:
        return self.number is not None and self.number in LEAVE.get(key, ())

    def regular(self, plan: Regular) -> None:
        if self.day.weekday() in plan.days:
            self._hold(plan.host, plan.at, plan.minutes, topic=plan.topic, people=plan.people,
                       guests=plan.guests, type_=plan.type)  # fmt: skip

    def engagement(self, plan: Engagement) -> None:
        guests = (*plan.client.first(plan.guests), *plan.others)
        self._hold(plan.host, plan.at, plan.minutes, topic=plan.topic, people=plan.people,
                   guests=guests, type_=SCHEDULED)  # fmt: skip

    def unplanned(self, host: str, person: str, hour: int) -> None:
        """A short meeting that somebody starts at once, on about four days of ten."""
        rng = self.agenda.rng
        if rng.random() > UNPLANNED_SHARE:
            return
        at = f"{hour:02d}:{rng.randrange(0, 55):02d}"
        name = self.user(host).full_name
        self._hold(host, at, rng.randrange(6, 26), topic=f"{name}'s Zoom Meeting",
                   people=(person,), guests=(), type_=INSTANT)  # fmt: skip

    def webinar(self) -> None:
        """Every Thursday, with registered visitors."""
        if self.day.weekday() != THURSDAY:
            return
        host = self.user("daniel")
        starts_at = calendar.local(self.day, "11:00", host.office.time_zone)
        hold_webinar(
            self.agenda,
            Broadcast(
                number=_number_of("webinar"),
                type=RECURRING_WEBINAR,
                topic=WEBINAR_TOPIC,
                host=host,
                panel=self._present(("hannah", "rebecca", "grace"), starts_at, minutes=45),
                starts_at=starts_at,
                lasts=self.agenda.rng.randrange(38, 48),
                visitors=VISITORS,
            ),
        )

    def calls(self) -> None:
        make_calls(
            self.agenda, [self.user(k) for k in (*SALES_TEAM, "samuel") if not self.is_away(k)]
        )

    def _hold(
        self, host: str, at: str, minutes: int, *, topic: str, people: Iterable[str],
        guests: Sequence[Guest], type_: int,
    ) -> None:  # fmt: skip
        """Nothing when the host is away or busy. Instant meetings have no scheduled duration."""
        rng, leader = self.agenda.rng, self.user(host)
        starts_at = calendar.local(self.day, at, leader.office.time_zone)
        if self.is_away(host) or not self._is_free(host, starts_at, minutes=minutes):
            return
        scheduled = 0 if type_ == INSTANT else minutes
        lasts = max(5, round(minutes * rng.uniform(0.8, 1.04))) if scheduled else minutes
        others = [key for key in people if key != host]
        number = _number_of(topic) if type_ not in (SCHEDULED, INSTANT) else meeting_number(rng)
        hold(
            self.agenda,
            Plan(
                number=str(leader.pmi) if type_ == PERSONAL_ROOM else number,
                type=type_,
                topic=topic,
                host=leader,
                starts_at=starts_at,
                minutes=scheduled,
                lasts=lasts,
                colleagues=self._present(others, starts_at, minutes=minutes),
                guests=guests,
            ),
        )

    def _present(self, keys: Iterable[str], starts_at: datetime, *, minutes: int) -> list[ZoomUser]:
        """Those who are in their office at this time, not away, and not in another meeting."""
        return [
            self.user(key)
            for key in keys
            if not self.is_away(key)
            and calendar.is_in_office(self.user(key).office.time_zone, starts_at, minutes=minutes)
            and (key in DOUBLE_BOOKED or self._is_free(key, starts_at, minutes=minutes))
        ]

    def _is_free(self, key: str, starts_at: datetime, *, minutes: int) -> bool:
        return self.agenda.is_free(self.user(key), starts_at, minutes=minutes)


def _number_of(topic: str) -> str:
    """A series has one number for all of its meetings."""
    return meeting_number(random.Random(topic))  # noqa: S311 - a repeatable fictional number


def build_demo_day(company: Company, day: date, *, ends_on: date) -> list[Event]:
    """The day's events by their times; none on days without meetings. The same arguments result in
    the same bytes.
    """
    whole = build_whole_demo_day(company, day, ends_on=ends_on)
    return [event for event in whole if event.is_sent]


def build_whole_demo_day(company: Company, day: date, *, ends_on: date) -> list[Event]:
    """The day's events with those that Zoom never sends."""
    weeks = {ends_on - timedelta(weeks=w): w for one in EARLIER for w in one.days}
    scene = Scene(company, day, calendar.number_of(day, ends_on=ends_on))
    if day in weeks:
        for plan in EARLIER:
            if weeks[day] in plan.days:
                scene.engagement(plan)
    if scene.number is not None:
        number = scene.number
        while number > calendar.DAYS:
            number -= SECOND_WEEK
        # Meetings with clients come first: anyone in one declines the regular ones.
        for plan in ENGAGEMENTS:
            if number in plan.days:
                scene.engagement(plan)
        scene.webinar()
        for regular in REGULAR:
            scene.regular(regular)
        for host, person, hour in UNPLANNED:
            scene.unplanned(host, person, hour)
        scene.calls()
    return scene.agenda.journal.all_events()
