"""`/timeline`: a user's day or week in their own time zone. Other users' days have their own
address, which requires another right, and are shown only within the viewer's reach.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import psycopg
from starlette.responses import Response

from integration.directory.profiles import Profile, profile_of, search_profiles
from integration.directory.rights import Right
from integration.privacy.access_log import Act
from integration.web.page.addresses import address
from integration.web.page.freshness import freshness_of
from integration.web.page.reach import Reach, reach_of
from integration.web.page.refusals import forbidden, not_found
from integration.web.page.time_zone import Day, zone_of
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.timeline.activity import last_day, read_activity
from integration.web.timeline.asked import asked_of
from integration.web.timeline.blocks import draw_day
from integration.web.timeline.week import draw_week

TIMELINE = "/timeline"
USERS_OFFERED = 200  # in the field to choose a user; others are found by typing
FULL_BAR = int(timedelta(hours=4).total_seconds())  # unless a day of the week has more


def own_day(visit: Visit) -> Response:
    find = visit.query("find")
    if not find:
        return _show(visit, visit.viewer.user_id)
    visit.require(Right.SEE_REPORTS)
    with visit.transaction() as connection:
        found = _users(connection, reach_of(connection, visit), visit, find)
    asked = asked_of(visit)
    kept = {} if asked.is_wrong else {"week" if asked.is_week else "day": asked.text}

    def address_of_found(user: Profile) -> str:
        return address(address_of(visit, user.user_id), kept)

    if len(found) == 1:
        return visit.go(address_of_found(found[0]))
    return visit.render(
        "timeline/timeline_people.html",
        find=find,
        found=found,
        kept=kept,
        address_of_found=address_of_found,
    )


def users_day(visit: Visit) -> Response:
    return _show(visit, visit.path("user_id"))


def address_of(visit: Visit, user_id: str) -> str:
    return TIMELINE if user_id == visit.viewer.user_id else f"{TIMELINE}/{quote(user_id, safe='')}"


def _show(visit: Visit, user_id: str) -> Response:
    with visit.transaction() as connection:
        person = profile_of(connection, user_id, organization_id=visit.viewer.organization_id)
        if person is None:
            raise not_found()
        reach = reach_of(connection, visit)
        if not reach.covers(user_id):
            raise forbidden(Right.SEE_EVERY_TIMELINE)
        zone, asked = zone_of(person.time_zone), asked_of(visit)
        offered = _users(connection, reach, visit, "") if visit.may(Right.SEE_REPORTS) else []
        today = Day(visit.now.astimezone(zone).date(), zone)
        context: dict[str, Any] = {
            "person": person,
            "asked": asked,
            "today": today,
            "reach": reach,
            "offered": offered,
            "address": address_of(visit, user_id),
            "address_of": address_of,
        }
        if asked.is_wrong:
            return visit.render("timeline/wrong_day.html", status=400, **context)
        day = Day(asked.day or last_day(connection, visit, user_id, today.date), zone)
        week = day.week()
        freshness = freshness_of(visit, connection)
        activity = read_activity(
            connection, visit, user_id, week=week, day=None if asked.is_week else day
        )
    longest = max((time.seconds for time in activity.times.values()), default=0)
    context |= {
        "day": day,
        "days": week,
        "activity": activity,
        "freshness": freshness,
        "full_bar": max(longest, FULL_BAR),
    }
    if asked.is_week:
        drawn = draw_week(week, activity.entries)
        return visit.render("timeline/timeline_week.html", drawn=drawn, **context)
    track = draw_day(day, activity.entries[0], now=visit.now)
    return visit.render("timeline/timeline.html", track=track, **context)


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
