"""Who the legs of a session belong to (5.4).

A value carries where it was told: (own time, whether by a leave, text). The greatest such tuple is
"the latest" of the contract.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.laws.reference.events import Event
from tests.laws.reference.settings import Known

Told = tuple[datetime, bool, str]
NAMES = (
    "zoom_user_id",
    "email",
    "registrant_id",
    "customer_key",
    "participant_uuid",
    "name",
)


@dataclass
class Leg:
    key: tuple[str, str]
    is_breakout: bool
    joins: list[Event] = field(default_factory=list)
    leaves: list[Event] = field(default_factory=list)
    told: dict[str, Told | None] = field(default_factory=dict)
    parent_user_id: str | None = None

    @property
    def is_waiting_room(self) -> bool:
        """No join, and nothing but leaves from the waiting room."""
        reasons = [(event.fields["leave_reason"] or "").lower() for event in self.leaves]
        return not self.joins and all("waiting room" in reason for reason in reasons)

    @property
    def is_incomplete_breakout(self) -> bool:
        return self.is_breakout and not (self.joins and self.leaves)

    def value(self, name: str) -> str | None:
        told = self.told[name]
        return told[2] if told else None


def legs_of(events: list[Event]) -> list[Leg]:
    legs: dict[Any, Leg] = {}
    for event in events:
        if not (event.is_join or event.is_leave):
            continue
        key = (event.is_breakout, event.fields["leg"])
        leg = legs.setdefault(key, Leg(event.fields["leg"], event.is_breakout))
        (leg.joins if event.is_join else leg.leaves).append(event)
    for leg in legs.values():
        of_leg = leg.joins + leg.leaves
        leg.told = {name: latest(told_by(event, name) for event in of_leg) for name in NAMES}
        parent = latest(told_by(event, "parent_user_id") for event in of_leg)
        leg.parent_user_id = parent[2] if parent and leg.is_breakout else None
    return list(legs.values())


def told_by(event: Event, name: str) -> Told | None:
    value = event.fields[name]
    return (event.own_time, event.is_leave, value) if value else None


def latest(values: Any) -> Told | None:
    return max((value for value in values if value), default=None)


def identify(legs: list[Leg], known: Known, accounts: list[str], ended_at: datetime) -> None:
    """The five steps, in order; each sees the result of the one before."""
    main = {leg.key: leg for leg in legs if not leg.is_breakout}
    for leg in legs:
        parent = main.get(("user_id", leg.parent_user_id))
        if leg.is_breakout and not leg.told["participant_uuid"] and parent:
            leg.told["participant_uuid"] = parent.told["participant_uuid"]
    _share(legs, "participant_uuid", NAMES)
    _share(legs, "registrant_id", ("zoom_user_id", "email"))
    _share(legs, "customer_key", ("zoom_user_id", "email"))
    for leg in legs:
        address = leg.value("email")
        if address and not leg.told["zoom_user_id"]:
            found = known.zoom_user_with_email(accounts, address, ended_at)
            if found:
                leg.told["zoom_user_id"] = (*leg.told["email"][:2], found)
    _share(legs, "email", ("zoom_user_id",))


def _share(legs: list[Leg], by: str, names: tuple[str, ...]) -> None:
    """Legs with one value of `by` fill what others of them lack."""
    groups: dict[str, list[Leg]] = {}
    for leg in legs:
        if leg.told[by]:
            groups.setdefault(leg.value(by), []).append(leg)
    for group in groups.values():
        for name in names:
            best = latest(leg.told[name] for leg in group)
            for leg in group:
                leg.told[name] = leg.told[name] or best


def persons(legs: list[Leg]) -> list[list[Leg]]:
    """Legs that share the first identity that is present."""
    groups: dict[tuple[str, str], list[Leg]] = {}
    for leg in legs:
        groups.setdefault(_identity(leg), []).append(leg)
    return list(groups.values())


def _identity(leg: Leg) -> tuple[str, str]:
    for name in NAMES[:-1]:
        if leg.told[name]:
            return name, leg.value(name)
    return ("user_id", leg.parent_user_id) if leg.parent_user_id else leg.key
