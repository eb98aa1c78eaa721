"""The one step that adds a group of missing sessions, or one person's, to timelines."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from integration.connections.listed import ListedConnection
from integration.directory.rights import Right
from integration.explain.causes import Cause
from integration.explain.explanation import Step
from integration.explain.outcomes import Page
from integration.quantities import quantity
from integration.web.missing.causes import Group, OfPerson
from integration.web.missing.search import SessionRow
from integration.web.page.addresses import address
from integration.web.page.navigation import is_open
from integration.web.page.refusals import Link
from integration.web.page.time_zone import zoned
from integration.web.page.visit import Visit

LINKS: dict[Page, Link] = {
    "users": Link("Open Users", "/services/zoom/users"),
    "features": Link("Open Features", "/services/zoom/features"),
    "connections": Link("Open Connections", "/services/zoom/connections"),
}
# Who can take the next step on that page.
RIGHTS_NEEDED: dict[Page, Right] = {
    "users": Right.CHANGE_SETTINGS,
    "features": Right.CHANGE_SETTINGS,
    "connections": Right.CONNECT,
}


def link_of(visit: Visit, step: Step | None, row: SessionRow | None = None) -> Link | None:
    """A link to where the viewer can fix the step; None if they cannot or may not."""
    if step is None or step.page is None or not is_open(visit, LINKS[step.page].href):
        return None
    if step.page == "users" and row and row.zoom_user_id:
        return None if row.cause == "outside" else _zoom_user("Open Zoom user", row.zoom_user_id)
    return LINKS[step.page]


def fix_of(visit: Visit, group: Group, connections: Sequence[ListedConnection]) -> Link | None:
    """The link that fixes the whole group; None if there is none, or the viewer may not."""
    if group.cause.key == "after_disconnection":
        return _reconnect(visit, connections)
    if not may_fix(visit, group.cause) or not group.people:
        return None
    if group.cause.key == "feature_off":
        path = f"{LINKS['features'].href}/organization"
        return Link("Switch on", _switch(visit, path, group.feature, group.first))
    if group.people == 1:
        return fix_of_person(visit, group, group.shown[0])
    if group.cause.key == "not_mapped":
        users = quantity(group.people, "Zoom user")
        return Link(f"Map {users}", f"{LINKS['users'].href}?show=unmapped")
    if group.cause.key == "not_subscribed":
        people = quantity(group.people, "person", "people")
        return Link(f"Switch on for {people}", f"{LINKS['features'].href}?show=off")
    return None  # there is no list of just these people


def fix_of_person(visit: Visit, group: Group, person: OfPerson) -> Link | None:
    cause = group.cause
    if not may_fix(visit, cause) or cause.key == "feature_off":
        return None
    if cause.page == "users" and person.zoom_user_id:
        return _zoom_user("Map", person.zoom_user_id)
    if cause.page == "features" and person.user_id:
        path = f"{LINKS['features'].href}/users/{quote(person.user_id, safe='')}"
        return Link("Switch on", _switch(visit, path, group.feature, person.first))
    return None


def may_fix(visit: Visit, cause: Cause) -> bool:
    return cause.page is not None and visit.may(RIGHTS_NEEDED[cause.page])


def _zoom_user(label: str, zoom_user_id: str) -> Link:
    return Link(label, f"{LINKS['users'].href}/{quote(zoom_user_id, safe='')}")


def _switch(visit: Visit, path: str, feature: str | None, first: datetime) -> str:
    """The preview of switching the feature on from the day of the first session."""
    day = zoned(first, visit.viewer.time_zone).date().isoformat()
    asked = {"feature": feature or "", "to": "on", "since": "day", "day": day}
    return address(f"{path}/change", asked)


def _reconnect(visit: Visit, connections: Sequence[ListedConnection]) -> Link | None:
    """None if every account that was connected is connected again."""
    in_use = {one.zoom_account_id for one in connections if one.disconnected_at is None}
    is_needed = any(one.zoom_account_id not in in_use for one in connections)
    if not is_needed or not visit.may(RIGHTS_NEEDED["connections"]):
        return None
    return Link("Reconnect", LINKS["connections"].href)
