"""Calls that Zoom tells of in ways that mislead: recorded ones, several callees, who only listens."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.pipeline.events import Body, call_history, event, iso
from tests.pipeline.installation import Installation

ACCOUNT = "PhoneAccount0000000000"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ARRIVAL = START + timedelta(hours=4)
CLIENT = {"phone_number": "+13125550142", "name": "Eli Evans"}
LENGTHS = """
    select sessions.zoom_uuid, activities.user_id, activities.direction,
        activities.duration_seconds, activities.caller_id
    from timeline.activities
    inner join timeline.sessions using (session_id)
    order by sessions.zoom_uuid, activities.started_at, activities.user_id
"""
PARTICIPANTS = """
    select participant_id, user_id, role, joined_at, left_at
    from timeline.participants
    order by role desc, joined_at, participant_id
"""


def minutes(number: float) -> datetime:
    return START + timedelta(minutes=number)


def live(
    callee: str, answered: float | None, ended: float, *, call_id: str = "7001", **caller: Any
) -> Body:
    """A `callee_ended` event of this Zoom user; times in minutes after START."""
    about = {
        "call_id": call_id,
        "caller": caller or CLIENT,
        "callee": {"user_id": callee, "phone_number": "+12125550100"},
        "ringing_start_time": iso(START),
        "call_end_time": iso(minutes(ended)),
    }
    if answered is not None:
        about["answer_start_time"] = iso(minutes(answered))
    return event("phone.callee_ended", ACCOUNT, minutes(ended), about)


def element(callee: str, answered: float, ended: float, **fields: str) -> Body:
    """A third-generation record of this Zoom user's log."""
    record = {
        "call_element_id": f"of-{callee}",
        "call_id": "7001",
        "caller_name": "Eli Evans",
        "start_time": iso(minutes(answered)),
        "answer_time": iso(minutes(answered)),
        "end_time": iso(minutes(ended)),
        "event": "incoming",
        "result": "answered",
    }
    about = {"user_id": callee, "call_elements": [record | fields]}
    return event("phone.callee_call_element_completed", ACCOUNT, minutes(ended), about)


def first_generation(*records: Body) -> Body:
    logs = [{"date_time": iso(START), "callee_name": "Eli Evans", **record} for record in records]
    about = {"user_id": "zu-ann", "call_logs": logs}
    return event("phone.caller_call_log_completed", ACCOUNT, START, about)


def log(call_id: str, **fields: Any) -> Body:
    record = {"id": f"log-{call_id}", "call_id": call_id, "result": "Call connected"}
    return record | {"duration": 312} | fields


@pytest.fixture(autouse=True)
def _connected(installation: Installation) -> None:
    users = {name: f"{name}@firm.example" for name in ("ann", "ben", "cleo")}
    installation.organization("firm", account=ACCOUNT, users=users)
    for name, email in users.items():
        installation.execute(
            "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, "
            "imported_at, batch, email, display_name) values ('firm', %s, %s, %s, 0, %s, %s)",
            [ACCOUNT, f"zu-{name}", START - timedelta(days=1), email, name.capitalize()],
        )


def take_in(installation: Installation, *bodies: Body, later: float = 0) -> None:
    """Delivers them and runs a batch."""
    arrival = ARRIVAL + timedelta(hours=later)
    installation.deliver(*bodies, at=arrival)
    installation.batch(now=arrival)


def lengths(installation: Installation) -> list[tuple[Any, ...]]:
    return installation.execute(LENGTHS)


def dispositions(installation: Installation) -> list[tuple[str, str | None]]:
    return installation.execute(
        "select disposition, reason from ingress.deliveries order by delivery_id"
    )


def landed_calls(installation: Installation) -> list[str]:
    rows = installation.execute("select fields ->> 'call_id' from zoom_raw.events order by 1")
    return [call_id for (call_id,) in rows]


def test_a_recorded_call_is_an_answered_one(installation: Installation) -> None:
    results = ["Call connected", "Auto Recorded", "Recorded", "Call Cancel"]
    records = [log(str(7001 + n), result=result) for n, result in enumerate(results)]
    take_in(installation, first_generation(*records))
    assert lengths(installation) == [
        (call_id, "ann", "outbound", 312, "Eli Evans") for call_id in ("7001", "7002", "7003")
    ]


def test_each_callee_who_answered_one_call_has_their_own_time(installation: Installation) -> None:
    take_in(
        installation,
        live("zu-ben", 0.5, 10),
        live("zu-cleo", 12, 20),
        live("zu-ann", None, 0.2),
    )
    assert lengths(installation) == [
        ("7001", "ben", "inbound", 570, "Eli Evans"),
        ("7001", "cleo", "inbound", 480, "Eli Evans"),
    ]
    assert [row[2:] for row in installation.execute(PARTICIPANTS)] == [
        ("caller", minutes(0.5), minutes(20)),
        ("callee", minutes(0.5), minutes(10)),
        ("callee", minutes(12), minutes(20)),
    ]


def test_a_second_callee_comes_to_a_call_that_is_there_already(installation: Installation) -> None:
    """In whatever batch they arrive; and a rebuild finds the same."""
    take_in(installation, live("zu-cleo", 12, 20))
    ((cleo, *_),) = [
        row for row in installation.execute(PARTICIPANTS) if row[1] == "cleo"
    ]
    session_id = installation.value("select session_id from timeline.sessions")
    assert cleo == installation.value("select md5(%s || ' side:callee')", [session_id])

    take_in(installation, live("zu-ben", 0.5, 10), later=1)
    after = installation.execute(PARTICIPANTS)
    assert [row[1:3] for row in after] == [(None, "caller"), ("ben", "callee"), ("cleo", "callee")]
    assert [row[3] for row in lengths(installation)] == [570, 480]
    assert installation.rebuild()
    assert installation.execute(PARTICIPANTS) == after


def test_the_callers_other_party_is_the_callee_who_answered_first(
    installation: Installation,
) -> None:
    caller = {"user_id": "zu-ann", "extension_number": 1001}
    take_in(installation, live("zu-cleo", 0.5, 10, **caller), live("zu-ben", 12, 20, **caller))
    assert lengths(installation) == [
        ("7001", "ann", "outbound", 1170, "Cleo"),
        ("7001", "cleo", "inbound", 570, "Ann"),
        ("7001", "ben", "inbound", 480, "Ann"),
    ]


def test_who_calls_and_picks_up_has_one_entry_the_callers(installation: Installation) -> None:
    caller = {"user_id": "zu-ann", "extension_number": 1001}
    take_in(installation, live("zu-ben", 0.5, 10, **caller), live("zu-ann", 12, 20, **caller))
    assert lengths(installation) == [
        ("7001", "ann", "outbound", 1170, "Ben"),
        ("7001", "ben", "inbound", 570, "Ann"),
    ]


@pytest.mark.parametrize("what", ["monitor", "listen", "whisper"])
def test_who_only_listens_is_not_in_the_call(installation: Installation, what: str) -> None:
    take_in(installation, element("zu-ben", 0, 30), element("zu-cleo", 20, 30.1, event=what))
    assert lengths(installation) == [("7001", "ben", "inbound", 1800, "Eli Evans")]
    assert len(installation.execute(PARTICIPANTS)) == 2


def test_a_call_that_somebody_only_listened_to_is_none_though_it_is_landed(
    installation: Installation,
) -> None:
    take_in(installation, element("zu-cleo", 20, 30, event="monitor"))
    assert dispositions(installation) == [("landed", None)]
    assert installation.execute("select session_id from timeline.sessions") == []


def test_the_voicemail_of_one_callee_says_nothing_of_another(installation: Installation) -> None:
    mailbox = element("zu-cleo", 0.1, 1, result="voicemail")
    take_in(installation, live("zu-ben", 0.5, 10), live("zu-cleo", 0.1, 1), mailbox)
    assert lengths(installation) == [("7001", "ben", "inbound", 570, "Eli Evans")]


def test_of_those_who_all_missed_a_call_the_one_whose_event_ends_first_is_its_callee(
    installation: Installation,
) -> None:
    take_in(installation, live("zu-ben", None, 3), live("zu-cleo", None, 2))
    assert [row[1:3] for row in installation.execute(PARTICIPANTS)] == [
        (None, "caller"),
        ("cleo", "callee"),
    ]


@pytest.mark.parametrize(("answered", "ended"), [(11, 10), (-31 * 24 * 60 - 1, 0)])
def test_an_answer_that_cannot_be_of_the_call_is_none(
    installation: Installation, answered: float, ended: float
) -> None:
    take_in(installation, live("zu-ben", answered, ended))
    outcomes = installation.execute("select distinct outcome from operations.outcomes")
    assert outcomes == [("not_answered",)]
    assert installation.value("select started_at <= ended_at from timeline.sessions")


SPOILED: dict[str, Iterable[Any]] = {
    "duration": [None, "", "long", "5 min", -1, "-1", True, 31 * 86400 + 1, "2678401", 1e300],
    "date_time": [None, "", "yesterday", "2026-03-02T09:00:00"],
    "call_id": [None, ""],
    "id": [None, ""],
}
SPOILED_RECORDS = [
    log("7009") | {name: value} for name, values in SPOILED.items() for value in values
]


def test_a_delivery_of_unreadable_records_only_is_set_aside(installation: Installation) -> None:
    installation.deliver(
        *(first_generation(record) for record in SPOILED_RECORDS),
        first_generation(*SPOILED_RECORDS),
        first_generation(),
        at=ARRIVAL,
    )
    installation.land(now=ARRIVAL)
    found = dispositions(installation)
    assert {disposition for disposition, _ in found} == {"quarantined"}
    assert found[0] == ("quarantined", "unreadable duration")
    assert found[-1] == ("quarantined", "no call record")
    assert landed_calls(installation) == []


def test_unreadable_records_beside_a_readable_one_are_left_out(installation: Installation) -> None:
    half, other = SPOILED_RECORDS[::2], SPOILED_RECORDS[1::2]
    installation.deliver(first_generation(*half, log("7001"), *other), at=ARRIVAL)
    installation.land(now=ARRIVAL)
    assert dispositions(installation) == [("landed", None)]
    assert landed_calls(installation) == ["7001"]


def test_a_duration_counts_in_any_spelling_up_to_31_days(installation: Installation) -> None:
    durations = [0, "0", "312", 312.9, 2_678_400, "2678400"]
    records = [log(str(7001 + n), duration=duration) for n, duration in enumerate(durations)]
    installation.deliver(first_generation(*records), at=ARRIVAL)
    installation.land(now=ARRIVAL)
    rows = installation.execute(
        "select fields ->> 'duration' from zoom_raw.events order by fields ->> 'call_id'"
    )
    assert [duration for (duration,) in rows] == ["0", "0", "312", "312", "2678400", "2678400"]


def test_500_records_are_the_most_that_one_delivery_has(installation: Installation) -> None:
    records = [f"r{n}" for n in range(501)]
    for most in (500, 501):
        installation.deliver(call_history(ACCOUNT, START, records=records[:most]), at=ARRIVAL)
    installation.land(now=ARRIVAL)
    assert dispositions(installation) == [
        ("landed", None),
        ("quarantined", "more than 500 call records"),
    ]
    assert len(landed_calls(installation)) == 500


def test_a_delivery_of_records_is_landed_when_one_of_them_is_new(
    installation: Installation,
) -> None:
    for records in (["r1"], ["r1"], ["r1", "r2"], ["r2"]):
        installation.deliver(call_history(ACCOUNT, START, records=records), at=ARRIVAL)
    installation.land(now=ARRIVAL)
    assert [disposition for disposition, _ in dispositions(installation)] == [
        "landed",
        "duplicate",
        "landed",
        "duplicate",
    ]
