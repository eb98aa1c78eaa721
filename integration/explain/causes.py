"""Why sessions are missing: what each cause means, and what adds the sessions.

A cause is an outcome, or what is left of one after settings have changed (web/missing/cause.py).
"""

from dataclasses import dataclass
from enum import StrEnum

from integration.explain.outcomes import OUTCOMES, Page


class Kind(StrEnum):
    """The sections of the Missing page, with their headings."""

    FIXABLE = "Can still be added"
    LOST = "Cannot be added"
    INTENDED = "Not added on purpose"


@dataclass(frozen=True)
class Cause:
    """`title` and `sentence` describe a group of sessions; `{feature}` in them is the feature's
    name. `fix` says what adds the sessions to timelines, `page` where; both are empty if nothing
    does.
    """

    key: str
    name: str
    kind: Kind
    sentence: str
    title: str = ""
    fix: str = ""
    page: Page | None = None


def _named(key: str, kind: Kind, sentence: str) -> Cause:
    return Cause(key, OUTCOMES[key].name, kind, sentence, OUTCOMES[key].name)


_FIXES: dict[Page, str] = {
    "users": "Map them from an earlier day to add these sessions.",
    "features": "Switch the feature on from an earlier day to add these sessions.",
}


def _fixable(key: str, name: str, title: str, sentence: str, page: Page) -> Cause:
    return Cause(key, name, Kind.FIXABLE, sentence, title, _FIXES[page], page)


# In the order in which the page lists them.
CAUSES = {
    cause.key: cause
    for cause in (
        _fixable(
            "not_mapped",
            OUTCOMES["not_mapped"].name,
            OUTCOMES["not_mapped"].name,
            "Zoom reported these sessions, but the Zoom users are not mapped to anyone.",
            "users",
        ),
        _fixable(
            "mapped_since",
            "Mapped later",
            "Mapped later",
            "The Zoom users were mapped only after these sessions had ended.",
            "users",
        ),
        _fixable(
            "feature_off",
            OUTCOMES["feature_off"].name,
            "{feature} off for the organization",
            "{feature} were off for the whole organization when these sessions ended.",
            "features",
        ),
        _fixable(
            "not_subscribed",
            OUTCOMES["not_subscribed"].name,
            "{feature} switched off",
            "{feature} are switched off for the people in these sessions.",
            "features",
        ),
        _fixable(
            "switched_since",
            "Switched on later",
            "{feature} switched on later",
            "{feature} were switched on only after these sessions had ended.",
            "features",
        ),
        _named(
            "after_disconnection",
            Kind.LOST,
            "The Zoom account was disconnected when these sessions ended.",
        ),
        Cause(
            "outside",
            "Not in a connected account",
            Kind.LOST,
            "The participants joined without signing in, or with a Zoom account that is not "
            "connected. Only Zoom users of a connected account can be mapped.",
            "Not in a connected account",
        ),
        _named(
            "no_identity",
            Kind.LOST,
            "Zoom sent neither a user ID nor an email, so it is not known who joined.",
        ),
        Cause(
            "nobody",
            "Mapped to Nobody",
            Kind.INTENDED,
            "These Zoom users, such as rooms and shared logins, are mapped to Nobody.",
            "Mapped to Nobody",
        ),
        _named(
            "user_inactive",
            Kind.INTENDED,
            "The WorkSights user did not exist or was not active when these sessions ended.",
        ),
        _named(
            "excluded", Kind.INTENDED, "The participants or meetings are on the exclusion list."
        ),
        Cause(
            "private",
            "Kept private",
            Kind.INTENDED,
            "You keep these sessions to yourself.",
            "Kept private",
        ),
        _named("not_answered", Kind.INTENDED, "No one answered these calls."),
        _named(
            "waiting_room_only",
            Kind.INTENDED,
            "The participants left the waiting room without being admitted.",
        ),
        _named("zero_duration", Kind.INTENDED, "Zoom's data shows no time in these sessions."),
        _named(
            "before_connection",
            Kind.INTENDED,
            "The Zoom account was not connected yet when these sessions ended.",
        ),
    )
}
