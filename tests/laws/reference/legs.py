"""A connection leg, and what its own events say (5.4, step 1).

A value carries where it was told: (own time, whether by a leave, text). The greatest such tuple is
"the latest" of the contract.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.laws.reference.events import Event

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
    counts_as: str | None = None

    @property
    def events(self) -> list[Event]:
        return self.joins + self.leaves

    @property
    def user_id(self) -> str | None:
        return self.key[1] if self.key[0] == "user_id" else None

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
        leg.told = {name: latest(told_by(event, name) for event in leg.events) for name in NAMES}
        parent = latest(told_by(event, "parent_user_id") for event in leg.events)
        leg.parent_user_id = parent[2] if parent and leg.is_breakout else None
    return list(legs.values())


def told_by(event: Event, name: str) -> Told | None:
    value = event.fields[name]
    return (event.own_time, event.is_leave, value) if value else None


def latest(values: Any) -> Told | None:
    return max((value for value in values if value), default=None)
