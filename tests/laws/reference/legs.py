"""A connection leg, and the values from its own events (5.4, step 1).

A value carries its source: (own time, whether from a leave, text). The greatest such tuple is "the
latest" of the contract.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.laws.reference.events import Event

Value = tuple[datetime, bool, str]
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
    values: dict[str, Value | None] = field(default_factory=dict)
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
        """No join, and only leaves from the waiting room."""
        reasons = [(event.fields["leave_reason"] or "").lower() for event in self.leaves]
        return not self.joins and all("waiting room" in reason for reason in reasons)

    @property
    def is_incomplete_breakout(self) -> bool:
        return self.is_breakout and not (self.joins and self.leaves)

    def value(self, name: str) -> str | None:
        value = self.values[name]
        return value[2] if value else None


def legs_of(events: list[Event]) -> list[Leg]:
    legs: dict[Any, Leg] = {}
    for event in events:
        if not (event.is_join or event.is_leave):
            continue
        key = (event.is_breakout, event.fields["leg"])
        leg = legs.setdefault(key, Leg(event.fields["leg"], event.is_breakout))
        (leg.joins if event.is_join else leg.leaves).append(event)
    for leg in legs.values():
        leg.values = {name: latest(value_of(event, name) for event in leg.events) for name in NAMES}
        parent = latest(value_of(event, "parent_user_id") for event in leg.events)
        leg.parent_user_id = parent[2] if parent and leg.is_breakout else None
    return list(legs.values())


def value_of(event: Event, name: str) -> Value | None:
    value = event.fields[name]
    return (event.own_time, event.is_leave, value) if value else None


def latest(values: Any) -> Value | None:
    return max((value for value in values if value), default=None)
