"""A day has the same bytes for the same seed, and everything that makes presence hard."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from simulator.company import Company, build_company
from simulator.day import build_day
from simulator.journal import Event

DAY = date(2026, 3, 2)

KEPT = (
    "meeting.started",
    "meeting.ended",
    "meeting.participant_joined",
    "meeting.participant_left",
    "meeting.participant_joined_breakout_room",
    "meeting.participant_left_breakout_room",
    "meeting.participant_bind",
    "webinar.started",
    "webinar.ended",
    "webinar.participant_joined",
    "webinar.participant_left",
    "phone.caller_ended",
    "phone.callee_ended",
    "phone.caller_call_history_completed",
    "phone.callee_call_history_completed",
    "phone.caller_call_element_completed",
    "phone.callee_call_element_completed",
    "user.updated",
)
CONTENT = (
    "meeting.chat_message_sent",
    "meeting.sharing_started",
    "recording.completed",
    "phone.voicemail_received",
    "webinar.registration_created",
)


@pytest.fixture(scope="module")
def company() -> Company:
    return build_company()


@pytest.fixture(scope="module")
def days(company: Company) -> list[Event]:
    """Two weeks, for events that do not happen every day."""
    return [
        event for number in range(14) for event in build_day(company, DAY + timedelta(days=number))
    ]


def body_of(event: Event) -> dict[str, Any]:
    return json.loads(event.body)


def participants(events: list[Event], name: str) -> list[tuple[str, dict[str, Any]]]:
    """(session, participant) of every event of this name."""
    return [
        (event.session, body_of(event)["payload"]["object"]["participant"])
        for event in events
        if event.name == name
    ]


def test_the_same_seed_and_date_give_the_same_bytes(company: Company) -> None:
    again = build_day(build_company(), DAY)
    assert [event.body for event in build_day(company, DAY)] == [event.body for event in again]


def test_another_date_and_another_seed_give_another_day(company: Company) -> None:
    uuids = [
        {event.session for event in day}
        for day in (
            build_day(company, DAY),
            build_day(company, DAY + timedelta(days=1)),
            build_day(company, DAY, seed=2),
        )
    ]
    assert uuids[0] & uuids[1] == uuids[0] & uuids[2] == {""}


@pytest.mark.parametrize("day", [DAY, date(2026, 7, 15), date(2026, 11, 29)])
def test_every_kind_of_event_happens_every_day(company: Company, day: date) -> None:
    names = {event.name for event in build_day(company, day)}
    assert [name for name in (*KEPT, *CONTENT) if name not in names] == []


def test_users_are_sometimes_created_and_deactivated(days: list[Event]) -> None:
    names = {event.name for event in days}
    assert {"user.created", "user.activated", "user.deactivated"} <= names


@pytest.mark.parametrize("users", [24, 240])
def test_a_day_grows_with_the_company(users: int) -> None:
    events = build_day(build_company(users=users), DAY)
    sessions = {event.session for event in events if event.session}
    assert 40 <= len(sessions) * 24 / users <= 60
    assert 500 <= len(events) * 24 / users <= 1200


def test_events_are_in_order_and_nearly_all_on_their_day(days: list[Event]) -> None:
    one_day = days[: next(i for i, event in enumerate(days) if event.occurred_at.day == 3)]
    assert one_day == sorted(one_day, key=lambda event: event.occurred_at)
    assert {event.occurred_at.date() for event in one_day} == {DAY}


def test_event_ts_is_slightly_later_than_the_times_inside(days: list[Event]) -> None:
    lags = [
        body["event_ts"] - 1000 * datetime.fromisoformat(at).timestamp()
        for event in days
        if event.name == "meeting.participant_joined"
        for body in (body_of(event),)
        for at in (body["payload"]["object"]["participant"]["join_time"],)
    ]
    assert 100 <= min(lags) <= max(lags) <= 3500


def test_key_order_varies_and_bodies_change_when_serialized_again(days: list[Event]) -> None:
    orders = {tuple(body_of(event)) for event in days if event.name == "meeting.started"}
    assert orders == {("event", "payload", "event_ts"), ("payload", "event_ts", "event")}
    changed = [
        event
        for event in days
        if json.dumps(body_of(event), ensure_ascii=False).encode() != event.body
    ]
    assert any(b"\\uD83" in event.body for event in changed)


def test_recurring_meetings_keep_their_number_and_change_their_uuid(days: list[Event]) -> None:
    uuids = defaultdict(set)
    for event in days:
        about = body_of(event)["payload"]["object"]
        if event.name == "meeting.started" and about["type"] == 8:
            uuids[about["id"]].add(about["uuid"])
    assert len(uuids) == 3
    assert {len(of_number) for of_number in uuids.values()} == {14}


def test_all_session_types_appear(days: list[Event]) -> None:
    types = {
        (event.name, body_of(event)["payload"]["object"]["type"])
        for event in days
        if event.name.endswith(".started")
    }
    assert types == {("meeting.started", code) for code in (1, 2, 3, 4, 8)} | {
        ("webinar.started", code) for code in (5, 9)
    }


def test_room_moves_are_a_leave_and_a_join_at_the_same_second(days: list[Event]) -> None:
    joins = {
        (session, person["participant_uuid"], person["join_time"]): person["user_id"]
        for session, person in participants(days, "meeting.participant_joined")
    }
    moves = [
        (person["user_id"], joins[key])
        for session, person in participants(days, "meeting.participant_left")
        for key in ((session, person["participant_uuid"], person["leave_time"]),)
        if key in joins and joins[key] != person["user_id"]
    ]
    rooms = participants(days, "meeting.participant_joined_breakout_room")
    assert len(moves) >= len(rooms) > 0
    mains = {(session, person["user_id"]) for session, person in participants(
        days, "meeting.participant_joined"
    )}  # fmt: skip
    assert all((session, person["parent_user_id"]) in mains for session, person in rooms)


def test_a_bound_phone_is_a_nameless_leg_beside_a_persons_leg(days: list[Event]) -> None:
    legs = {
        (session, person["user_id"]): person
        for name in ("meeting.participant_joined", "webinar.participant_joined")
        for session, person in participants(days, name)
    }
    binds = participants(days, "meeting.participant_bind")
    phones = [legs[session, bind["user_id"]] for session, bind in binds]
    assert all((session, bind["bind_user_id"]) in legs for session, bind in binds)
    assert {(phone["email"], phone["participant_user_id"]) for phone in phones} == {("", "")}
    assert all(phone["user_name"] == phone["phone_number"] for phone in phones)
    assert {"join_time", "date_time"} <= {name for _, bind in binds for name in bind}


def test_some_leaves_some_ends_and_some_joins_are_missing(days: list[Event]) -> None:
    joined = {
        (session, person["user_id"])
        for session, person in participants(days, "meeting.participant_joined")
    }
    left = {
        (session, person["user_id"]): person["leave_reason"]
        for session, person in participants(days, "meeting.participant_left")
    }
    names = Counter(event.name for event in days)
    assert joined - set(left)
    assert {left[key] for key in set(left) - joined} == {
        "left the meeting. Reason : Leave waiting room."
    }
    assert 0 < names["meeting.started"] - names["meeting.ended"] < 0.1 * names["meeting.started"]


def test_guests_with_and_without_identity_and_registrants_appear(days: list[Event]) -> None:
    people = [
        person
        for name in ("meeting.participant_joined", "webinar.participant_joined")
        for _, person in participants(days, name)
    ]
    outside = [person for person in people if not person["participant_user_id"]]
    assert any(person["email"] for person in outside)
    assert any(not person["email"] for person in outside)
    assert any(person.get("registrant_id") for person in outside)
    assert any(person.get("customer_key") for person in outside)
    assert all(person["public_ip"].startswith("203.0.113.") for person in people)


def test_calls_are_answered_missed_internal_and_left_on_voicemail(days: list[Event]) -> None:
    records = [
        record
        for event in days
        if "_call_history_completed" in event.name
        for record in body_of(event)["payload"]["object"]["call_logs"]
    ]
    results = {(one["result"], "answer_time" in one) for one in records}
    assert results == {
        ("answered", True),
        ("connected", True),
        ("no_answer", False),
        ("voicemail", True),
    }
    assert {one["connect_type"] for one in records} == {"internal", "external"}
    assert any(one["call_id"].endswith("_1") for one in records)


def test_a_day_starts_in_the_morning_of_its_own_utc_date(company: Company) -> None:
    events = [event for event in build_day(company, DAY) if event.name == "meeting.started"]
    first = datetime.combine(DAY, datetime.min.time(), tzinfo=UTC)
    assert all(first <= event.occurred_at < first + timedelta(days=1) for event in events)
