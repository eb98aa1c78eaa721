"""Zoom users who are mapped to no one: with sessions that could be entries, or not reviewed yet."""

from dataclasses import asdict, dataclass

from integration.causes.cause import OpenCause, Reader, Step, Words
from integration.directory.rights import Right
from integration.quantities import noun, quantity

LOSING, NOT_REVIEWED = "sessions_unmapped", "users_unmapped"
REVIEW = Step("Map users", "/services/zoom/users?show=unreviewed", Right.CHANGE_SETTINGS)
ROOMS = "Map rooms and shared logins to Nobody, so that they are no longer reported here."


@dataclass(frozen=True)
class Unmapped:
    """Active Zoom users of connected accounts that nobody has decided about, and those whose
    sessions could be on a timeline.
    """

    users: int
    losing: int
    sessions: int


def causes_of_people(unmapped: Unmapped) -> list[OpenCause]:
    """One of two: whoever has lost sessions already is the more urgent."""
    facts = asdict(unmapped)
    if unmapped.losing:
        return [OpenCause(LOSING, facts=facts)]
    return [OpenCause(NOT_REVIEWED, facts=facts)] if unmapped.users else []


def sessions_unmapped(one: OpenCause, reader: Reader) -> Words:
    sessions = f"{one.facts['sessions']:,}" if reader.sees_counts else "Some"
    return Words(
        _are_not_mapped(one.facts["losing"], reader, " with sessions"),
        f"{sessions} of their sessions could be on a timeline. To add them, map each user from an "
        f"earlier day. {ROOMS}",
        "Later sessions of these users will not be on a timeline either.",
        REVIEW,
    )


def users_unmapped(one: OpenCause, reader: Reader) -> Words:
    return Words(
        _are_not_mapped(one.facts["users"], reader),
        "No WorkSights user has their email. Review them before their meetings end: map each to "
        f"a WorkSights user or to Nobody. {ROOMS}",
        "Their meetings and calls will not be on a timeline.",
        REVIEW,
    )


def _are_not_mapped(count: int, reader: Reader, which: str = "") -> str:
    if not reader.sees_counts:
        return "Some Zoom users are not mapped"
    return f"{quantity(count, 'Zoom user')}{which} {noun(count, 'is', 'are')} not mapped"
