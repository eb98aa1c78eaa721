"""`/services/zoom/features/press`: one switch, pressed. It applies from now on, at once."""

from datetime import datetime, timedelta

import psycopg
from starlette.responses import Response

from integration.database import rows
from integration.directory.profiles import Profile, profile_of
from integration.directory.rights import Right
from integration.web.features.place import PATH, place_of
from integration.web.features.saving import Switch, lock_switches, save_switches
from integration.web.features.switches import standings_of
from integration.web.features.undo import offer_undo
from integration.web.features.words import STATES, already_so, switched
from integration.web.page.refusals import Link, bad_form, not_found
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.zoom.features import FEATURES

PRESS = PATH + "/press"
SAME_PRESS = timedelta(minutes=1)  # a double click, or a form that is sent again


def press(visit: Visit) -> Response:
    """Switches one feature to the state that the button names, so a second press of the same button
    does not switch it back. Of two people, the one who saves last decides.
    """
    organization_id = visit.viewer.organization_id
    to, feature, user_id = [*visit.field("press").split(" ", 2), "", ""][:3]
    if feature not in FEATURES or to not in STATES.values():
        link = Link("Back to the features", place_of(visit))
        raise bad_form("Choose a feature, and whether to switch it on or off.", link=link)
    is_on, switch = to == STATES[True], Switch(user_id, feature)
    with visit.transaction() as connection:
        user = profile_of(connection, user_id, organization_id=organization_id)
        if user_id and user is None:
            raise not_found()
        changed_at = lock_switches(connection, organization_id)
        standing = standings_of(
            connection,
            [user_id],
            [feature],
            organization_id=organization_id,
            is_on=is_on,
            span=(changed_at, changed_at),
            seen_at=changed_at,
            viewer_id=visit.viewer.user_id,
        )[user_id]
        whose = _whose(user)
        if standing.to_switch:
            save_one(
                visit,
                connection,
                switch,
                is_on=is_on,
                effective_from=from_now_on(visit, changed_at),
                changed_at=changed_at,
            )
            _say(visit, connection, switch, is_on=is_on, whose=whose, changed_at=changed_at)
        elif pressed_at := _pressed_just_now(visit, connection, switch, changed_at):
            _say(visit, connection, switch, is_on=is_on, whose=whose, changed_at=pressed_at)
        else:
            visit.show_next(connection, already_so([feature], is_on=is_on, whose=whose))
    return visit.go(place_of(visit))


def from_now_on(visit: Visit, changed_at: datetime) -> datetime:
    """Now, by the clock of the page and by that of the database: the next page shows the change."""
    return min(visit.now, changed_at)


def _whose(user: Profile | None) -> str:
    return user.full_name if user else "the organization"


def save_one(
    visit: Visit,
    connection: psycopg.Connection,
    switch: Switch,
    *,
    is_on: bool,
    effective_from: datetime,
    changed_at: datetime,
) -> None:
    """Saves and records the change to one switch."""
    save_switches(
        connection,
        [switch],
        organization_id=visit.viewer.organization_id,
        is_on=is_on,
        effective_from=effective_from,
        changed_by=visit.viewer.user_id,
        changed_at=changed_at,
    )
    visit.record_change(
        connection,
        "feature_switched",
        subject=switch.user_id,
        details={
            "feature": switch.feature,
            "is_on": is_on,
            "effective_from": effective_from.isoformat(),
            "changed_at": changed_at.isoformat(),
        },
    )


def _say(
    visit: Visit,
    connection: psycopg.Connection,
    switch: Switch,
    *,
    is_on: bool,
    whose: str,
    changed_at: datetime,
) -> None:
    text = switched([switch.feature], is_on=is_on, whose=whose)
    offer_undo(
        visit,
        connection,
        f"{text} It applies from now on.",
        changed_at=changed_at,
        place=visit.field("place"),
    )


def _pressed_just_now(
    visit: Visit, connection: psycopg.Connection, switch: Switch, now: datetime
) -> datetime | None:
    """When the viewer made the latest change to this switch, if that was a moment ago."""
    return rows.maybe_scalar(
        connection,
        datetime,
        """
        select changed_at from (
            select changed_at, changed_by from integration.subscription_changes
            where organization_id = %(organization)s
                and user_id is not distinct from nullif(%(user)s, '')
                and feature = %(feature)s
            order by change_id desc
            limit 1
        ) as latest
        where changed_by = %(viewer)s and changed_at > %(since)s
        """,
        {
            "organization": visit.viewer.organization_id,
            "user": switch.user_id,
            "feature": switch.feature,
            "viewer": visit.viewer.user_id,
            "since": now - SAME_PRESS,
        },
    )


PAGES = (PageRoute(PRESS, press, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"),)
