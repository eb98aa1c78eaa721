"""`/timeline`: a user's day in their own time zone. Other users' days have their own address, which
requires another right, and are shown only within the viewer's reach.
"""

from collections import defaultdict
from datetime import date, timedelta
from urllib.parse import quote

import psycopg
from starlette.responses import Response

from integration.directory.profiles import Profile, profile_of, search_profiles
from integration.directory.rights import Right
from integration.pipeline.marts import marts_exist
from integration.privacy.access_log import Act
from integration.web.page.reach import Reach, reach_of
from integration.web.page.refusals import bad_form, forbidden, not_found
from integration.web.page.time_zone import Day, zone_of
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.timeline.day import Companion, companions, entries_in, time_in_sessions
from integration.web.timeline.day_track import draw_day

TIMELINE = "/timeline"
YEARS = range(2000, 2100)
USERS_OFFERED = 200  # in the field to choose a user; others are found by typing
FULL_BAR = timedelta(hours=4)  # the length of a full bar in the week, unless a day has more


def own_day(visit: Visit) -> Response:
    find = visit.query("find")
    if not find:
        return _show_day(visit, visit.viewer.user_id)
    visit.require(Right.SEE_REPORTS)
    with visit.transaction() as connection:
        found = _users(connection, reach_of(connection, visit), visit, find)
    if len(found) == 1:
        return visit.go(f"{address_of(visit, found[0].user_id)}?day={visit.query('day')}")
    return visit.render(
        "timeline/timeline_people.html", find=find, found=found, address_of=address_of
    )


def users_day(visit: Visit) -> Response:
    return _show_day(visit, visit.path("user_id"))


def address_of(visit: Visit, user_id: str) -> str:
    return TIMELINE if user_id == visit.viewer.user_id else f"{TIMELINE}/{quote(user_id, safe='')}"


def _show_day(visit: Visit, user_id: str) -> Response:
    who = {"organization_id": visit.viewer.organization_id, "user_id": user_id}
    entries, others = [], []
    with visit.transaction() as connection:
        person = profile_of(connection, user_id, organization_id=who["organization_id"])
        if person is None:
            raise not_found()
        reach = reach_of(connection, visit)
        if not reach.covers(user_id):
            raise forbidden(Right.SEE_EVERY_TIMELINE)
        day = _requested_day(visit, person)
        week = day.week()
        times = [timedelta()] * len(week)
        if marts_exist(connection):
            entries = entries_in(
                connection,
                **who,
                span=day.span,
                topics_of=None if visit.may(Right.SEE_TOPICS_OF_REPORTS) else visit.viewer.user_id,
            )
            others = companions(connection, **who, session_ids=[one.session_id for one in entries])
            times = time_in_sessions(connection, **who, spans=[one.span for one in week])
        is_own = user_id == visit.viewer.user_id
        visit.record(
            connection,
            Act.DAY,
            users=[user_id, *(one.user_id for one in others if not is_own)],
            persons=[one.person_id for one in others if not is_own],
            days=(week[0].date, week[-1].date),
        )
        offered = _users(connection, reach, visit, "") if visit.may(Right.SEE_REPORTS) else []
    people: dict[str, list[Companion]] = defaultdict(list)
    for one in others:
        people[one.session_id].append(one)
    return visit.render(
        "timeline/timeline.html",
        person=person,
        address=address_of(visit, user_id),
        day=day,
        today=Day(visit.now.astimezone(day.zone).date(), day.zone),
        track=draw_day(day, entries, now=visit.now),
        people=people,
        week=list(zip(week, times, strict=True)),
        full_bar=max(*times, FULL_BAR),
        in_day=times[day.date.weekday()],
        offered=offered,
    )


def _requested_day(visit: Visit, person: Profile) -> Day:
    zone = zone_of(person.time_zone)
    asked = visit.query("day")
    if not asked:
        return Day(visit.now.astimezone(zone).date(), zone)
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise bad_form("Enter a date in the format 2026-03-29.")
    return Day(day, zone)


def _users(connection: psycopg.Connection, reach: Reach, visit: Visit, text: str) -> list[Profile]:
    return search_profiles(
        connection,
        text,
        organization_id=visit.viewer.organization_id,
        limit=USERS_OFFERED,
        among=reach.users,
    )


PAGES = (
    PageRoute(TIMELINE, own_day, right=Right.SEE_OWN, shows=Shows.VIEWER),
    PageRoute(TIMELINE + "/{user_id}", users_day, right=Right.SEE_REPORTS, shows=Act.DAY),
)
