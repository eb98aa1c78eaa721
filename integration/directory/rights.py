"""The roles of WorkSights users and the rights of each. Routes and commands require a right; the
texts that name who has it are made from the same table.
"""

from collections.abc import Sequence
from enum import StrEnum

ROLE_NAMES = {
    "owner": "Owner",
    "executive": "Executive",
    "admin": "Admin",
    "technical_admin": "Technical Admin",
    "manager": "Manager",
    "member": "Member",
}


class Right(StrEnum):
    """The rights that a route can require, as the words that follow "can". ANYONE needs no sign-in,
    SIGNED_IN any role.
    """

    ANYONE = "open public pages"
    SIGNED_IN = "be signed in"
    CONNECT = "connect Zoom accounts"
    DISCONNECT = "disconnect Zoom accounts"
    CHANGE_SETTINGS = "change mappings and features"
    SEE_SETTINGS = "view mappings and features"
    SEE_CONNECTIONS = "view connections and the overview"
    SEE_ACTIVITY_COUNTS = "view activity counts"
    SEE_OWN = "view their own timeline and outcomes"
    SEE_REPORTS = "view the timelines and outcomes of those who report to them"
    SEE_TOPICS_OF_REPORTS = "view the topics of sessions of those who report to them"
    SEE_TEAM = "view a team's week"
    SEE_EVERY_TIMELINE = "view everyone's timeline and the people they meet"
    SEE_CLIENTS = "view the companies that the organization meets"
    SEE_EVERY_OUTCOME = "view everyone's outcomes"
    SEE_EVERY_TOPIC = "view the topics of other people's sessions"

    @property
    def second_person(self) -> str:
        """The right in words addressed to the person who has it."""
        return self.replace("their own", "your own").replace("report to them", "report to you")


_OWN = {Right.ANYONE, Right.SIGNED_IN, Right.SEE_OWN}
_LEADS = _OWN | {Right.SEE_REPORTS, Right.SEE_TOPICS_OF_REPORTS, Right.SEE_TEAM}
_SETS_UP_ZOOM = _OWN | {Right.SEE_SETTINGS, Right.SEE_CONNECTIONS, Right.CHANGE_SETTINGS}
_MANAGES_ZOOM = _SETS_UP_ZOOM | {Right.SEE_ACTIVITY_COUNTS, Right.SEE_EVERY_OUTCOME}
_SEES_EVERYTHING = (
    _LEADS
    | _MANAGES_ZOOM
    | {
        Right.SEE_EVERY_TIMELINE,
        Right.SEE_CLIENTS,
        Right.SEE_EVERY_TOPIC,
    }
)

RIGHTS: dict[str, frozenset[Right]] = {
    "executive": frozenset(_SEES_EVERYTHING | {Right.CONNECT, Right.DISCONNECT}),
    "owner": frozenset(_SEES_EVERYTHING),
    "admin": frozenset(_MANAGES_ZOOM | {Right.CONNECT, Right.DISCONNECT}),
    "technical_admin": frozenset(_SETS_UP_ZOOM | {Right.CONNECT}),
    "manager": frozenset(_LEADS),
    "member": frozenset(_OWN),
}


def may(role: str, right: Right) -> bool:
    return right in RIGHTS.get(role, frozenset())


def who_may(right: Right) -> str:
    """The roles that have the right, in words: "Executives, Admins and Technical Admins"."""
    return in_words([role for role, rights in RIGHTS.items() if right in rights])


def in_words(roles: Sequence[str]) -> str:
    """Everybody with one of these roles: "Admins and Technical Admins"."""
    return _listed([f"{ROLE_NAMES[role]}s" for role in roles], "and")


def someone_who_may(right: Right) -> str:
    """One person who has the right, in words: "an Executive, Admin or Technical Admin"."""
    names = _names_with(right)
    article = "an" if names[0].startswith(("A", "E", "O")) else "a"
    return f"{article} {_listed(names, 'or')}"


def _names_with(right: Right) -> list[str]:
    return [ROLE_NAMES[role] for role, rights in RIGHTS.items() if right in rights]


def _listed(names: list[str], last: str) -> str:
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
