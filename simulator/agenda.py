"""The plan of a day: when users are free, their working hours, and the journal of events."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from simulator.attendance import Habits
from simulator.company import Company, ZoomUser
from simulator.journal import Journal

# The last office opens at 16:00 UTC, so nearly all sessions end on the same UTC day.
WORKING_HOURS = 7.5
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Chances:
    """How often what Zoom sends about a meeting is incomplete, or a person joins unusually."""

    ended_never_comes: float = 0.02
    host_stays_away: float = 0.05
    not_signed_in: float = 0.03


class Agenda:
    def __init__(
        self,
        company: Company,
        day: date,
        *,
        rng: random.Random,
        chances: Chances = Chances(),
    ) -> None:
        self.company = company
        self.day = day
        self.rng = rng
        self.chances = chances
        self.journal = Journal(company.account_id, rng)
        self.habits = Habits(rng)
        self.people = company.active
        self._by_id = {user.id: user for user in self.people}
        self._busy: dict[str | None, list[tuple[datetime, datetime]]] = {}

    def user(self, user_id: str) -> ZoomUser:
        return self._by_id[user_id]

    def opening(self, user: ZoomUser) -> datetime:
        return datetime.combine(self.day, time(user.office.opens_hour), tzinfo=UTC)

    def is_free(self, user: ZoomUser, start: datetime, *, minutes: int) -> bool:
        end = start + timedelta(minutes=minutes)
        busy = self._busy.get(user.id, ())
        return all(end <= busy_from or start >= busy_until for busy_from, busy_until in busy)

    def book(self, users: Sequence[ZoomUser], start: datetime, *, minutes: int) -> None:
        for user in users:
            self._busy.setdefault(user.id, []).append((start, start + timedelta(minutes=minutes)))

    def slot(self, user: ZoomUser, *, minutes: int, grid: int = 15) -> datetime:
        """A start in working hours, on a grid of minutes; a free one, if a few tries find it."""
        last = int((WORKING_HOURS * 60 - minutes) // grid)
        start = self.opening(user)
        for _ in range(_TRIES):
            start = self.opening(user) + timedelta(minutes=grid * self.rng.randrange(max(1, last)))
            if self.is_free(user, start, minutes=minutes):
                break
        return start

    def free_people(
        self, start: datetime, *, minutes: int, count: int, without: ZoomUser
    ) -> list[ZoomUser]:
        """Up to `count` people who are free: the host's team first, then a sample of the others."""
        team = [user for user in self.people if user.team == without.team and user != without]
        others = self.rng.sample(self.people, min(len(self.people), 4 * count))
        self.rng.shuffle(team)
        chosen: dict[str | None, ZoomUser] = {}
        for user in [*team, *others]:
            if len(chosen) == count:
                break
            if user != without and self.is_free(user, start, minutes=minutes):
                chosen[user.id] = user
        return list(chosen.values())

    def times(self, rate: float) -> int:
        """How often something happens per day in a company of this size; at least once."""
        return max(1, round(rate * len(self.people)))
