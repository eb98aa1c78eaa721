"""Reads what a day or a week of a user shows, and records it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import psycopg

from integration.directory.rights import Right
from integration.pipeline.marts import marts_exist
from integration.privacy.access_log import Act
from integration.web.page.time_zone import Day
from integration.web.page.visit import Visit
from integration.web.timeline.companions import Companion, companions
from integration.web.timeline.entries import Entry, entries_in
from integration.web.timeline.times import DayTime, first_from, last_until, times_of


@dataclass(frozen=True)
class Activity:
    """The entries of each day shown and the people in their sessions; the times of the week's days;
    and the nearest days with entries, which are read if there is nothing to show.
    """

    entries: list[list[Entry]] = field(default_factory=list)
    people: dict[str, list[Companion]] = field(default_factory=dict)
    times: dict[date, DayTime] = field(default_factory=dict)
    before: DayTime | None = None
    after: DayTime | None = None


def last_day(connection: psycopg.Connection, visit: Visit, user_id: str, until: date) -> date:
    """The last day with entries until this one; this one if there is none."""
    if not marts_exist(connection):
        return until
    organization_id = visit.viewer.organization_id
    found = last_until(connection, until, organization_id=organization_id, user_id=user_id)
    return found.day if found else until


def read_activity(
    connection: psycopg.Connection,
    visit: Visit,
    user_id: str,
    *,
    week: Sequence[Day],
    day: Day | None,
) -> Activity:
    """What is shown of the day, or of the whole week if there is none."""
    who = {"organization_id": visit.viewer.organization_id, "user_id": user_id}
    activity = Activity(entries=[[] for _ in range(1 if day else len(week))])
    if marts_exist(connection):
        entries = entries_in(
            connection,
            **who,
            spans=[one.span for one in ([day] if day else week)],
            topics_of=None if visit.may(Right.SEE_TOPICS_OF_REPORTS) else visit.viewer.user_id,
        )
        first, last = (day, day) if day else (week[0], week[-1])
        is_empty = not any(entries)
        activity = Activity(
            entries,
            _people(connection, who, entries[0]) if day else {},
            times_of(connection, **who, first=week[0].date, last=week[-1].date),
            last_until(connection, first.shifted(-1).date, **who) if is_empty else None,
            first_from(connection, last.shifted(1).date, **who) if is_empty else None,
        )
    _record(connection, visit, user_id, activity, week)
    return activity


def _people(
    connection: psycopg.Connection, who: dict[str, str], entries: Sequence[Entry]
) -> dict[str, list[Companion]]:
    people: dict[str, list[Companion]] = defaultdict(list)
    for one in companions(connection, **who, session_ids=[one.session_id for one in entries]):
        people[one.session_id].append(one)
    return people


def _record(
    connection: psycopg.Connection,
    visit: Visit,
    user_id: str,
    activity: Activity,
    week: Sequence[Day],
) -> None:
    """On one's own day, the people met are one's own activity."""
    is_own = user_id == visit.viewer.user_id
    met = [] if is_own else [one for people in activity.people.values() for one in people]
    visit.record(
        connection,
        Act.DAY,
        users=[user_id, *(one.user_id for one in met)],
        persons=[one.person_id for one in met],
        days=(week[0].date, week[-1].date),
    )
    for nearest in (activity.before, activity.after):
        if nearest and not week[0].date <= nearest.day <= week[-1].date:
            visit.record(connection, Act.DAY, users=[user_id], days=(nearest.day, nearest.day))
