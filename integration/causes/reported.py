"""Accounts of which Zoom does not report everything: a permission was not granted, or the app's
event subscription lacks events.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psycopg

from integration.causes.cause import OpenCause, Reader, Words
from integration.causes.connections import CONNECTIONS, RECONNECT
from integration.connections.reported import READ_LATELY, Reported
from integration.database import rows
from integration.zoom.needed_events import feature_of
from integration.zoom.scopes import REPORTED, USERS, Purpose, names_of

PERMISSIONS, EVENTS = "permissions_missing", "events_missing"
EVENTS_ANYWHERE = "events_missing_anywhere"
NAMED = 8  # events in one sentence
NAMES = {
    "meetings": "meetings",
    "webinars": "webinars",
    "phone": "phone calls",
    USERS: "changes to users",
}
OPTIONAL = ("webinars", "phone")  # an account may not have them
LATER = "New Zoom users and changed emails are noticed up to 6 hours later."
LOST = "Sessions can be missing from timelines, or have estimated times."
SUBSCRIBE = "worksights-zoom connect --subscribe"
WHERE = "on the app's page in the Zoom Marketplace, under Event Subscriptions"


@dataclass(frozen=True)
class Missing:
    """What one connection lacks: `permissions` are scopes, of `features`; `events` are events."""

    one: Reported
    permissions: list[str]
    features: list[str]
    events: list[str]


def missing_of(reported: Iterable[Reported]) -> list[Missing]:
    """What the connections lack, if they lack anything.

    A permission does not count as missing if the events that need it arrive without it: a warning
    about something that works would only teach people to ignore warnings.
    """
    found = []
    for one in reported:
        needs = [need for need in one.lacks(Purpose.EVENTS) if not one.works_without(need)]
        features = [name for name in REPORTED if any(need.feature == name for need in needs)]
        if needs or one.missing_events:
            found.append(Missing(one, names_of(needs), features, one.missing_events))
    return found


def causes_of_reported(missing: Iterable[Missing]) -> list[OpenCause]:
    found = []
    for lack in missing:
        account = {"account": lack.one.name}
        if lack.permissions:
            facts = {
                **account,
                "permissions": lack.permissions,
                "features": lack.features,
                "is_server_to_server": lack.one.is_server_to_server,
            }
            found.append(OpenCause(PERMISSIONS, lack.one.connection_id, facts=facts))
        if lack.events:
            facts = {
                **account,
                "events": lack.events,
                "none_found": lack.one.subscription_detail,
                "is_ours": lack.one.subscription_is_ours,
            }
            found.append(OpenCause(EVENTS, lack.one.connection_id, facts=facts))
    return found


def causes_of_subscriptions(connection: psycopg.Connection) -> list[OpenCause]:
    """The events that any account lacked when its subscription was last read."""
    events = rows.scalars(
        connection,
        str,
        """
        select distinct jsonb_array_elements_text(missing_events) from integration.connections
        where disconnected_at is null and subscription_read_at > now() - %s
        order by 1
        """,
        [READ_LATELY],
    )
    return [OpenCause(EVENTS_ANYWHERE, facts={"events": events})] if events else []


def permissions_missing(one: OpenCause, _reader: Reader) -> Words:
    permissions, features = one.facts["permissions"], one.facts["features"]
    is_own_app = one.facts["is_server_to_server"]
    return Words(
        f"Zoom account {one.facts['account']} has not granted all permissions",
        f"These permissions are missing: {', '.join(permissions)}. "
        + (
            "Add them to the app in the Zoom Marketplace and activate the app again."
            if is_own_app
            else "Reconnect the account and keep all permissions selected. If one is not listed, "
            "add it to the app in the Zoom Marketplace first."
        )
        + _can_be_off(features),
        _lost_without(features),
        CONNECTIONS if is_own_app else RECONNECT,
    )


def events_missing(one: OpenCause, _reader: Reader) -> Words:
    events = one.facts["events"]
    features = _features_of(events)
    sessions = [name for name in features if name != USERS]
    what = f"everything about the {_listed(sessions)}" if sessions else "changes to the users"
    return Words(
        f"Zoom does not report {what} of Zoom account {one.facts['account']}",
        f"{_what_is_missing(one)}{_can_be_off(features)} The next user import checks again. If you "
        "do not manage the app, contact the team that runs WorkSights.",
        LOST if sessions else LATER,
        CONNECTIONS,
    )


def events_missing_anywhere(one: OpenCause, _reader: Reader) -> Words:
    events = one.facts["events"]
    return Words(
        "The app's event subscription lacks events",
        f"The app is not subscribed to: {_named(events)}. To see which accounts need them, run: "
        f"worksights-zoom status. Add them {WHERE}. For an account whose subscription was created "
        f"with {SUBSCRIBE}, run that command again.{_can_be_off(_features_of(events))}",
        LOST if set(_features_of(events)) - {USERS} else LATER,
    )


def _features_of(events: Sequence[str]) -> list[str]:
    found = {feature_of(event) for event in events}
    return [name for name in REPORTED if name in found]


def _lost_without(features: Sequence[str]) -> str:
    sessions = [name for name in features if name != USERS]
    if not sessions:
        return LATER
    return f"This account's {_listed(sessions)} can be missing from timelines, or incomplete."


def _what_is_missing(one: OpenCause) -> str:
    events = _named(one.facts["events"])
    if one.facts["none_found"]:
        return f"{one.facts['none_found']} Add one {WHERE}, or correct its URL."
    missing = f"The app is not subscribed to these events: {events}."
    if one.facts["is_ours"]:
        return (
            f"{missing} Its event subscription is not listed on the app's page in the Zoom "
            "Marketplace, so only the team that runs WorkSights can add them."
        )
    return f"{missing} Add them {WHERE}."


def _can_be_off(features: Sequence[str]) -> str:
    optional = [name for name in OPTIONAL if name in features]
    if not optional:
        return ""
    return (
        f" If the account has no {_listed(optional, 'or')}, switch them off on the Features page."
    )


def _named(events: Sequence[str]) -> str:
    more = len(events) - NAMED
    return ", ".join([*events[:NAMED], *([f"and {more} more"] if more > 0 else [])])


def _listed(features: Sequence[str], last: str = "and") -> str:
    names = [NAMES[one] for one in features]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"
