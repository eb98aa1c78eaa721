"""A working day of the company, as the events Zoom would send. Weekends are working days, too."""

from __future__ import annotations

import random
from datetime import date

from simulator.agenda import Agenda
from simulator.company import DEFAULT_SEED, Company
from simulator.journal import Event
from simulator.meetings import hold_meetings
from simulator.phone import make_calls
from simulator.user_events import change_users
from simulator.webinars import hold_webinars


def build_day(company: Company, day: date, *, seed: int = DEFAULT_SEED) -> list[Event]:
    """The day's events by their times; the same company, day and seed result in the same bytes."""
    return [event for event in build_whole_day(company, day, seed=seed) if event.is_sent]


def build_whole_day(company: Company, day: date, *, seed: int = DEFAULT_SEED) -> list[Event]:
    """The day's events with those that Zoom never sends."""
    rng = random.Random(f"{seed}:{day.isoformat()}")  # noqa: S311 - a repeatable fictional day
    agenda = Agenda(company, day, rng=rng)
    hold_meetings(agenda)
    hold_webinars(agenda)
    make_calls(agenda)
    change_users(agenda)
    return agenda.journal.all_events()
