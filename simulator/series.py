"""Recurring meetings of the company: always the same number, a new uuid for each occurrence."""

from __future__ import annotations

import random
from dataclasses import dataclass

from simulator.names import PLANNINGS, STAND_UPS, WEBINAR_TOPICS

# Zoom: 3 recurring without a fixed time, 8 recurring at a fixed time, 9 recurring webinar.
NO_FIXED_TIME, FIXED_TIME, RECURRING_WEBINAR = 3, 8, 9


@dataclass(frozen=True, slots=True)
class Series:
    number: str
    type: int
    topic: str
    host_id: str
    member_ids: tuple[str, ...]
    minutes: int


def make_series(rng: random.Random, members: list[tuple[str, int]]) -> tuple[Series, ...]:
    """A stand-up for each team, a planning for every second team, one webinar series.

    `members` are (Zoom user id, team) of the active users; the first one of a team is its host.
    """
    teams: dict[int, list[str]] = {}
    for user_id, team in members:
        teams.setdefault(team, []).append(user_id)
    series = []
    for team, ids in teams.items():
        topic = f"{STAND_UPS[team % len(STAND_UPS)]} – team {team + 1}"
        series.append(Series(meeting_number(rng), FIXED_TIME, topic, ids[0], tuple(ids), 15))
        if team % 2 == 0:
            topic = f"{PLANNINGS[team // 2 % len(PLANNINGS)]} (team {team + 1})"
            series.append(Series(meeting_number(rng), NO_FIXED_TIME, topic, ids[0], tuple(ids), 45))
    host = members[0][0]
    topic = rng.choice(WEBINAR_TOPICS)
    series.append(Series(meeting_number(rng), RECURRING_WEBINAR, topic, host, (host,), 60))
    return tuple(series)


def meeting_number(rng: random.Random) -> str:
    """Eleven digits, which do not fit in 32 bits."""
    return str(rng.randrange(80_000_000_000, 99_999_999_999))
