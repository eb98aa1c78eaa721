"""Whatever JSON Zoom may send: it becomes events of clean texts, or it is unreadable."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from integration.zoom.events import Event, Unreadable, events_of, open_envelope
from integration.zoom.kept_events import KEPT_EVENTS
from tests.pipeline.events import Person, Session, call_ended, call_history, user_event

ARRIVAL = datetime(2026, 3, 2, 12, tzinfo=UTC)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MEETING = Session("AnAccount", "a-uuid", "zu-ann", START, ARRIVAL)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
GOOD = [
    *MEETING.whole([ANN]),
    call_ended("caller", "AnAccount", START, call_id="7001"),
    call_history("AnAccount", START, records=["r1"]),
    user_event("updated", "AnAccount", START, zoom_user_id="zu-ann", email="ann@firm.example"),
]

texts = st.text() | st.sampled_from(["", "\0", "a\0b", "\ud800", " ", "2026-03-02T09:00:00Z"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside a JSON value, itself included."""
    inside: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    return [path, *(place for key, child in inside for place in places(child, (*path, key)))]


def with_value_at(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_value_at(value[path[0]], path[1:], new)
    return copy


@st.composite
def spoiled_events(draw: st.DrawFn) -> Any:
    """An event in Zoom's shape, under any kept event's name, with any JSON in some places."""
    body = draw(st.sampled_from(GOOD)) | {"event": draw(st.sampled_from(sorted(KEPT_EVENTS)))}
    for _ in range(draw(st.integers(1, 3))):
        body = with_value_at(body, draw(st.sampled_from(places(body))), draw(json_values))
        if not isinstance(body, dict):
            break
    return body


def read(body: bytes) -> list[Event]:
    try:
        return events_of(open_envelope(body), received_at=ARRIVAL)
    except Unreadable:
        return []


def assert_clean(events: list[Event]) -> None:
    for event in events:
        values = [event.event_id, event.event, *event.fields, *event.fields.values()]
        assert all(isinstance(value, str) and "\0" not in value for value in values)
        assert all(value == value.strip() != "" for value in event.fields.values())
        assert json.dumps(event.fields, ensure_ascii=False).encode()
        assert event.occurred_at.tzinfo is UTC


@settings(max_examples=500, deadline=None)
@given(spoiled_events())
def test_a_spoiled_event_is_clean_texts_or_unreadable(body: Any) -> None:
    assert_clean(read(json.dumps(body).encode()))


@settings(max_examples=200, deadline=None)
@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_envelope_or_unreadable(body: bytes) -> None:
    try:
        envelope = open_envelope(body)
    except Unreadable:
        return
    assert envelope.event == envelope.event.strip() != ""
    assert "\0" not in envelope.event + (envelope.zoom_account_id or "")


def test_the_good_ones_are_read() -> None:
    assert [len(read(json.dumps(body).encode())) for body in GOOD] == [1] * len(GOOD)
