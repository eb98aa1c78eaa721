"""Which of Zoom's scopes each feature needs, and which of them a grant lacks.

An app gets the scopes of an event when the event is added to its subscription, but an account that
was connected before that has not granted them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from integration.zoom.features import FEATURES

USERS = "users"  # the events about users, which no switch turns off
REPORTED = (*FEATURES, USERS)


class Purpose(StrEnum):
    """What stops without a scope."""

    IMPORT = "import"  # no connection without it
    EVENTS = "events"
    HEALING = "healing"


@dataclass(frozen=True)
class Need:
    """One of `scopes` is enough: today's granular scope is first, the classic one of older apps is
    among the others. `shown_by` has the first characters of the events that show, when they arrive,
    that the need is met.
    """

    purpose: Purpose
    feature: str
    scopes: tuple[str, ...]
    shown_by: tuple[str, ...] = ()


NEEDS = (
    Need(Purpose.IMPORT, USERS, ("user:read:list_users:admin", "user:read:admin")),
    Need(Purpose.EVENTS, USERS, ("user:read:user:admin", "user:read:admin"), ("user.",)),
    Need(
        Purpose.EVENTS,
        "meetings",
        ("meeting:read:meeting:admin", "meeting:read:admin"),
        ("meeting.started", "meeting.ended"),
    ),
    Need(
        Purpose.EVENTS,
        "meetings",
        ("meeting:read:participant:admin", "meeting:read:admin"),
        ("meeting.participant_",),
    ),
    Need(
        Purpose.EVENTS,
        "webinars",
        ("webinar:read:webinar:admin", "webinar:read:admin"),
        ("webinar.started", "webinar.ended"),
    ),
    Need(
        Purpose.EVENTS,
        "webinars",
        ("webinar:read:participant:admin", "webinar:read:admin"),
        ("webinar.participant_",),
    ),
    # Zoom's documents disagree about which of these the records of calls need.
    Need(
        Purpose.EVENTS,
        "phone",
        (
            *("phone:read:call:admin", "phone:read:call_log:admin"),
            *("phone:read:list_call_logs:admin", "phone:read:admin", "phone_call_log:read:admin"),
        ),
        ("phone.",),
    ),
    # Events name some people by their extension only, which the list of phone users has.
    Need(Purpose.EVENTS, "phone", ("phone:read:list_users:admin", "phone:read:admin")),
    Need(Purpose.HEALING, "meetings", ("report:read:user:admin", "report:read:admin")),
    Need(Purpose.HEALING, "meetings", ("meeting:read:past_meeting:admin", "meeting:read:admin")),
    Need(
        Purpose.HEALING,
        "meetings",
        ("meeting:read:list_past_participants:admin", "meeting:read:admin"),
    ),
    Need(Purpose.HEALING, "webinars", ("report:read:user:admin", "report:read:admin")),
    Need(
        Purpose.HEALING,
        "webinars",
        ("webinar:read:list_past_participants:admin", "webinar:read:admin"),
    ),
    Need(
        Purpose.HEALING,
        "phone",
        ("phone:read:list_call_logs:admin", "phone:read:admin", "phone_call_log:read:admin"),
    ),
)


def lacking(granted: str, purpose: Purpose, features: Iterable[str] = REPORTED) -> list[Need]:
    """The needs of these features that `granted`, a list separated by spaces, does not meet."""
    given = set(granted.split())
    wanted = set(features)
    return [
        one
        for one in NEEDS
        if one.purpose is purpose
        and one.feature in wanted
        and not any(given & _sufficient(scope) for scope in one.scopes)
    ]


def names_of(needs: Sequence[Need]) -> list[str]:
    """The scopes to add, each once."""
    return list(dict.fromkeys(one.scopes[0] for one in needs))


def _sufficient(scope: str) -> set[str]:
    """The scope, the one for a master account's sub-accounts, and of a classic one (`a:read:admin`)
    the one that allows changes, too.
    """
    found = {scope, scope.removesuffix(":admin") + ":master"}
    if classic := re.fullmatch(r"(\w+):read:admin", scope):
        found |= {f"{classic[1]}:write:admin", f"{classic[1]}:master"}
    return found
