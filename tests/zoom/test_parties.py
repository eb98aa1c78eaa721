"""The lists of the people that an event names contain every field that landing keeps."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from integration.zoom.envelope import Envelope
from integration.zoom.events import Event, events_of
from integration.zoom.kept_events import KEPT_EVENTS
from integration.zoom.parties import ALL_PARTIES, HOST, NAMES_NO_ONE, TOPIC, parties_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
LEFT_BY_ERASURE = {"erased_callee"}
NAME_A_PERSON = {field for party in ALL_PARTIES for field in party.values()}


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
            return "ann@firm.example"
        return {"duration": "60", "leave_reason": "left the waiting room"}.get(name, f"its {name}")


def events(name: str) -> Iterator[Event]:
    """The event with every field, once with legs named by number and once by uuid."""
    for silent in ((), ("user_id", "bind_user_id")):
        payload = Talkative(*silent)
        yield from events_of(Envelope(name, "an-account", payload, NOON_MS), received_at=NOON)


def test_the_lists_have_every_kept_field_once_and_no_others() -> None:
    kept = {field for name in KEPT_EVENTS for event in events(name) for field in event.fields}
    assert kept | LEFT_BY_ERASURE == NAME_A_PERSON | NAMES_NO_ONE | {TOPIC}
    assert not NAME_A_PERSON & NAMES_NO_ONE


@pytest.mark.parametrize("name", sorted(name for name in KEPT_EVENTS if "user." not in name))
def test_an_event_without_its_parties_names_no_one_but_the_host(name: str) -> None:
    for event in events(name):
        of_parties = {field for party in parties_of(name, event.fields) for field in party.fields}
        left = event.fields.keys() - of_parties - NAMES_NO_ONE
        assert left <= {TOPIC, *HOST.values()}
