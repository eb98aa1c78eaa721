"""Any JSON that Zoom may send becomes events of clean texts, or is unreadable."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.zoom.envelope import open_envelope
from integration.zoom.events import Event, UnreadableDelivery, events_of
from integration.zoom.kept_events import KEPT_EVENTS
from tests.pipeline.events import Person, Session, call_ended, call_history, iso, user_event

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
    except UnreadableDelivery:
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
    envelope = open_envelope(body)
    assert (envelope.event == "") == (envelope.problem is not None)
    assert "\0" not in (envelope.zoom_account_id or "")


def test_good_events_are_read() -> None:
    assert [len(read(json.dumps(body).encode())) for body in GOOD] == [1] * len(GOOD)


def with_object(body: Any, **fields: Any) -> Any:
    return with_value_at(body, ("payload", "object"), body["payload"]["object"] | fields)


def with_participant(**fields: Any) -> Any:
    body = MEETING.joined(ANN, START)
    participant = body["payload"]["object"]["participant"] | fields
    return with_object(body, participant=participant)


def fields_of(body: Any) -> dict[str, str]:
    [event] = events_of(open_envelope(json.dumps(body).encode()), received_at=ARRIVAL)
    return event.fields


def reason_of(body: Any) -> str:
    with pytest.raises(UnreadableDelivery) as unreadable:
        events_of(open_envelope(json.dumps(body).encode()), received_at=ARRIVAL)
    return str(unreadable.value)


DAY_LATER = ARRIVAL + timedelta(days=1)
UNREADABLE_TIMES = [
    "0001-01-01T00:00:00Z",
    "1900-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "2010-12-31T23:59:59Z",
    iso(DAY_LATER + timedelta(seconds=1)),
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "2026-03-02T09:00:00",
    "2026-02-30T09:00:00Z",
    1772442000,
    True,
    [],
    {},
]


@pytest.mark.parametrize("sent", UNREADABLE_TIMES)
def test_an_own_time_out_of_bounds_cannot_be_read(sent: Any) -> None:
    for body in (
        with_participant(join_time=sent),
        with_object(MEETING.started(), start_time=sent),
        with_object(MEETING.ended(), end_time=sent),
        with_object(call_ended("caller", "AnAccount", START, call_id="7001"), call_end_time=sent),
    ):
        assert reason_of(body) == "invalid time"


@pytest.mark.parametrize("sent", UNREADABLE_TIMES)
def test_another_time_out_of_bounds_is_treated_as_absent(sent: Any) -> None:
    assert "started_at" not in fields_of(with_object(MEETING.ended(), start_time=sent))


@pytest.mark.parametrize("sent", ["2011-01-01T00:00:00Z", iso(DAY_LATER), "2026-03-02T10+01:00"])
def test_a_time_within_the_bounds_is_read(sent: str) -> None:
    read = datetime.fromisoformat(sent).astimezone(UTC).isoformat()
    assert fields_of(with_object(MEETING.ended(), start_time=sent))["started_at"] == read


@pytest.mark.parametrize("sent", [0, -2208988798600, "1293839999999", 10**13, 10**30, "soon"])
def test_an_event_ts_out_of_bounds_cannot_be_read(sent: Any) -> None:
    body = user_event("updated", "AnAccount", START, zoom_user_id="zu-ann") | {"event_ts": sent}
    assert reason_of(body) == "invalid time"
    assert reason_of(with_participant(join_time="") | {"event_ts": sent}) == "invalid time"


WIDE = "\U0001f680"  # four bytes


def long_text(byte_count: int) -> str:
    """A text of so many bytes, mostly in characters of four bytes."""
    return WIDE * (byte_count // 4) + "x" * (byte_count % 4)


@pytest.mark.parametrize(
    "body",
    [
        with_object(MEETING.ended(), uuid=long_text(129)),
        with_object(MEETING.started(), uuid=long_text(129)),
        with_participant(user_id=long_text(129)),
        with_participant(user_id="", participant_uuid=long_text(129)),
        call_ended("caller", "AnAccount", START, call_id=long_text(129)),
        with_object(
            call_ended("caller", "AnAccount", START, call_id="7001"),
            caller={"user_id": long_text(129), "extension_number": "1001"},
        ),
        call_history("AnAccount", START, records=[long_text(129)]),
        user_event("updated", "AnAccount", START, zoom_user_id=long_text(129)),
    ],
)
def test_a_subject_of_more_than_128_bytes_is_unreadable_instead_of_cut(body: Any) -> None:
    assert reason_of(body) == "an ID is longer than 128 bytes"


def test_a_subject_of_128_bytes_is_read() -> None:
    assert fields_of(with_object(MEETING.ended(), uuid=long_text(128)))["zoom_uuid"]
    assert fields_of(with_participant(user_id=long_text(128)))["user_id"]


@pytest.mark.parametrize(
    ("field", "kept_as", "longest"),
    [
        ("user_name", "display_name", 400),
        ("participant_uuid", "participant_uuid", 128),
        ("registrant_id", "registrant_id", 128),
        ("customer_key", "customer_key", 128),
        ("parent_user_id", "parent_user_id", 128),
    ],
)
def test_another_text_with_too_many_bytes_is_discarded(
    field: str, kept_as: str, longest: int
) -> None:
    fits, too_long = long_text(longest), long_text(longest + 1)
    assert fields_of(with_participant(**{field: fits}))[kept_as] == fits
    assert kept_as not in fields_of(with_participant(**{field: too_long}))


def test_an_email_of_more_than_320_bytes_is_discarded() -> None:
    fits, too_long = (long_text(count) + "@example.com" for count in (308, 309))
    assert fields_of(with_participant(email=fits))["email"] == fits
    assert "email" not in fields_of(with_participant(email=too_long))


def test_the_other_zoom_user_id_is_used_if_one_is_too_long() -> None:
    fields = fields_of(with_participant(participant_user_id=long_text(129), id="zu-ann"))
    assert fields["zoom_user_id"] == "zu-ann"


def test_a_topic_is_cut_at_1000_bytes_on_a_character() -> None:
    cases = {"a" * 1001: "a" * 1000, "a" + WIDE * 250: "a" + WIDE * 249, WIDE * 250: WIDE * 250}
    read = {topic: fields_of(with_object(MEETING.ended(), topic=topic))["topic"] for topic in cases}
    assert read == cases


def test_an_account_id_of_more_than_128_bytes_is_discarded() -> None:
    body = with_value_at(MEETING.ended(), ("payload", "account_id"), long_text(129))
    assert open_envelope(json.dumps(body).encode()).zoom_account_id is None
