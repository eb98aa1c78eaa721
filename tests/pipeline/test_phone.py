"""Calls with misleading events: recorded calls, several callees, people who only listen.

Most events arrive before the first batch. The events that a call still lacks arrive before the
second.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.world import World
from tests.pipeline.events import Body, event, iso
from tests.pipeline.installation import Installation, new_installation

ACCOUNT = "PhoneAccount0000000000"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
BATCHES = (START + timedelta(hours=4), START + timedelta(hours=5))
CLIENT = {"phone_number": "+13125550142", "name": "Eli Evans"}
ANN = {"user_id": "zu-ann", "extension_number": 1001}
LISTENING = ("monitor", "listen", "whisper")

Rows = list[tuple[Any, ...]]


def minutes(number: float) -> datetime:
    return START + timedelta(minutes=number)


def live(
    call_id: str, callee: str, answered: float | None, ended: float, caller: Body = CLIENT
) -> Body:
    """A `callee_ended` event of this Zoom user; times in minutes after START."""
    about = {
        "call_id": call_id,
        "caller": caller,
        "callee": {"user_id": f"zu-{callee}", "phone_number": "+12125550100"},
        "ringing_start_time": iso(START),
        "call_end_time": iso(minutes(ended)),
    }
    if answered is not None:
        about["answer_start_time"] = iso(minutes(answered))
    return event("phone.callee_ended", ACCOUNT, minutes(ended), about)


def element(call_id: str, callee: str, answered: float, ended: float, **fields: str) -> Body:
    """A third-generation record of this Zoom user's log."""
    record = {
        "call_element_id": f"of-{callee}-{call_id}",
        "call_id": call_id,
        "caller_name": "Eli Evans",
        "start_time": iso(minutes(answered)),
        "answer_time": iso(minutes(answered)),
        "end_time": iso(minutes(ended)),
        "event": "incoming",
        "result": "answered",
    }
    about = {"user_id": f"zu-{callee}", "call_elements": [record | fields]}
    return event("phone.callee_call_element_completed", ACCOUNT, minutes(ended), about)


def logged(call_id: str, result: str) -> Body:
    """A first-generation record of Ann's log."""
    record = {"id": f"log-{call_id}", "call_id": call_id, "result": result, "duration": 312}
    about = {"date_time": iso(START), "callee_name": "Eli Evans", **record}
    about = {"user_id": "zu-ann", "call_logs": [about]}
    return event("phone.caller_call_log_completed", ACCOUNT, START, about)


FIRST = [
    logged("connected", "Call connected"),
    logged("recorded", "Recorded"),
    logged("recorded automatically", "Auto Recorded"),
    logged("canceled", "Call Cancel"),
    live("parked", "ben", 0.5, 10),
    live("parked", "cleo", 12, 20),
    live("parked", "ann", None, 0.2),
    live("of a colleague", "cleo", 0.5, 10, ANN),
    live("of a colleague", "ben", 12, 20, ANN),
    live("picked up by the caller", "ben", 0.5, 10, ANN),
    live("picked up by the caller", "ann", 12, 20, ANN),
    live("voicemail of another", "ben", 0.5, 10),
    live("voicemail of another", "cleo", 0.1, 1),
    element("voicemail of another", "cleo", 0.1, 1, result="voicemail"),
    live("missed by all", "ben", None, 3),
    live("missed by all", "cleo", None, 2),
    live("answered after its end", "ben", 11, 10),
    live("answered weeks before", "ben", -31 * 24 * 60 - 1, 0),
    *(element(what, "ben", 0, 30) for what in LISTENING),
    *(element(what, "cleo", 20, 30.1, event=what) for what in LISTENING),
    element("only listened to", "cleo", 20, 30, event="monitor"),
    live("one first", "cleo", 12, 20),
    live("with an erased one", "dan", 0.5, 10),
    live("with an erased one", "ben", 12, 20),
]
SECOND = [live("one first", "ben", 0.5, 10)]


@pytest.fixture(scope="module")
def story(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Installation]:
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        users = {name: f"{name}@firm.example" for name in ("ann", "ben", "cleo")}
        installation.organization("firm", account=ACCOUNT, users=users)
        for name in (*users, "dan"):
            installation.execute(
                "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, "
                "imported_at, batch, email, display_name) values ('firm', %s, %s, %s, 0, %s, %s)",
                [ACCOUNT, f"zu-{name}", START, f"{name}@firm.example", f"{name.title()} Firm"],
            )
        for bodies, now in zip((FIRST, SECOND), BATCHES, strict=True):
            installation.deliver(*bodies, at=now)
            installation.batch(now=now)
            if bodies is FIRST:
                installation.execute("create table before as select * from timeline.participants")
        yield installation


def entries(story: Installation, call_id: str) -> Rows:
    return story.execute(
        """
        select user_id, direction, duration_seconds, caller_id from timeline.activities
        inner join timeline.sessions using (session_id)
        where zoom_uuid = %s
        order by activities.started_at, direction desc, user_id
        """,
        [call_id],
    )


def participants(story: Installation, call_id: str) -> Rows:
    return story.execute(
        """
        select user_id, role, outcome, joined_at, left_at from timeline.participants
        inner join timeline.sessions using (session_id)
        where zoom_uuid = %s
        order by role desc, joined_at
        """,
        [call_id],
    )


@pytest.mark.parametrize("call_id", ["connected", "recorded", "recorded automatically"])
def test_a_recorded_call_is_an_answered_call(story: Installation, call_id: str) -> None:
    assert entries(story, call_id) == [("ann", "outbound", 312, "Eli Evans")]
    assert entries(story, "canceled") == []


def test_each_callee_who_answered_one_call_has_their_own_time(story: Installation) -> None:
    assert entries(story, "parked") == [
        ("ben", "inbound", 570, "Eli Evans"),
        ("cleo", "inbound", 480, "Eli Evans"),
    ]
    assert participants(story, "parked") == [
        (None, "caller", "no_identity", minutes(0.5), minutes(20)),
        ("ben", "callee", "activity", minutes(0.5), minutes(10)),
        ("cleo", "callee", "activity", minutes(12), minutes(20)),
    ]


def test_a_second_callee_is_added_to_an_existing_call(story: Installation) -> None:
    """A single callee is identified by the side of the call alone, as before."""
    before = story.execute(
        """
        select user_id, participant_id = md5(session_id || ' side:callee') from before
        inner join timeline.sessions using (session_id)
        where zoom_uuid = 'one first' and role = 'callee'
        """
    )
    assert before == [("cleo", True)]
    assert [row[:2] for row in participants(story, "one first")] == [
        (None, "caller"),
        ("ben", "callee"),
        ("cleo", "callee"),
    ]
    assert [row[2] for row in entries(story, "one first")] == [570, 480]


def test_the_callers_other_party_is_the_callee_who_answered_first(story: Installation) -> None:
    assert entries(story, "of a colleague") == [
        ("ann", "outbound", 1170, "Cleo Firm"),
        ("cleo", "inbound", 570, "Ann Firm"),
        ("ben", "inbound", 480, "Ann Firm"),
    ]


def test_a_user_who_calls_and_picks_up_has_one_entry_as_the_caller(story: Installation) -> None:
    assert entries(story, "picked up by the caller") == [
        ("ann", "outbound", 1170, "Ben Firm"),
        ("ben", "inbound", 570, "Ann Firm"),
    ]


@pytest.mark.parametrize("call_id", LISTENING)
def test_a_user_who_only_listens_is_not_in_the_call(story: Installation, call_id: str) -> None:
    assert entries(story, call_id) == [("ben", "inbound", 1800, "Eli Evans")]
    assert len(participants(story, call_id)) == 2


def test_a_call_with_only_a_listener_is_landed_but_has_no_participants(
    story: Installation,
) -> None:
    found = story.execute("select distinct disposition from ingress.deliveries")
    assert found == [("landed",)]
    assert participants(story, "only listened to") == []


def test_the_voicemail_of_one_callee_does_not_affect_another(story: Installation) -> None:
    assert entries(story, "voicemail of another") == [("ben", "inbound", 570, "Eli Evans")]


def test_the_callee_of_a_missed_call_is_the_one_with_the_event_that_ends_first(
    story: Installation,
) -> None:
    assert [row[:3] for row in participants(story, "missed by all")] == [
        (None, "caller", "not_answered"),
        ("cleo", "callee", "not_answered"),
    ]


@pytest.mark.parametrize("call_id", ["answered after its end", "answered weeks before"])
def test_an_impossible_answer_is_no_answer(story: Installation, call_id: str) -> None:
    assert {row[2] for row in participants(story, call_id)} == {"not_answered"}
    (length,) = story.execute(
        "select ended_at - started_at from timeline.sessions where zoom_uuid = %s", [call_id]
    )
    assert timedelta() <= length[0] <= timedelta(days=31)


def test_a_rebuild_and_the_audit_find_the_same(story: Installation) -> None:
    table = "select participant_id, outcome from operations.outcomes order by participant_id"
    before = story.execute(table)
    story.rebuild()
    assert story.execute(table) == before
    assert story.audit(now=BATCHES[-1]).success


def test_an_erased_callee_of_several_stays_without_a_name(story: Installation) -> None:
    """Last, because it erases."""
    assert story.erase("dan@firm.example", organization_id="firm")
    assert participants(story, "with an erased one") == [
        (None, "caller", "no_identity", minutes(0.5), minutes(20)),
        (None, "callee", "no_identity", minutes(0.5), minutes(10)),
        ("ben", "callee", "activity", minutes(12), minutes(20)),
    ]
