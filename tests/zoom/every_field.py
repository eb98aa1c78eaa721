"""Every stored event, with every field that landing looks for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from integration.zoom.envelope import Envelope
from integration.zoom.events import Event, events_of
from integration.zoom.kept_events import KEPT_EVENTS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
ADDRESS = "ann@firm.example"


class Talkative(dict[str, Any]):
    """A JSON object that has every field it is asked for, except for the `silent` ones."""

    def __init__(self, *silent: str) -> None:
        super().__init__()
        self.silent = silent

    def get(self, name: str, default: Any = None) -> Any:
        if name in self.silent:
            return default
        if name in ("object", "participant", "caller", "callee"):
            return Talkative(*self.silent)
        if name in ("call_logs", "call_elements"):
            return [Talkative(*self.silent)]
        if name.endswith("time"):
            return "2026-03-02T09:00:00Z"
        if name.endswith("email"):
            return ADDRESS
        return {"duration": "60", "leave_reason": "left the waiting room"}.get(name, f"its {name}")


def events(name: str) -> Iterator[Event]:
    """The event with every field, once with legs named by number and once by uuid."""
    for silent in ((), ("user_id", "bind_user_id")):
        payload = Talkative(*silent)
        yield from events_of(Envelope(name, "an-account", payload, NOON_MS), received_at=NOON)


def all_kept_fields() -> Iterator[tuple[str, str]]:
    """(field, text) of every event that is stored."""
    for name in sorted(KEPT_EVENTS):
        for event in events(name):
            yield from event.fields.items()
