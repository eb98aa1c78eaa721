"""Landing of call records: which can be read, and the disposition of deliveries with several."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.pipeline.events import Body, call_history, event, iso
from tests.pipeline.installation import Installation

ACCOUNT = "PhoneAccount0000000000"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ARRIVAL = START + timedelta(hours=4)


def first_generation(*records: Body) -> Body:
    logs = [{"date_time": iso(START), "callee_name": "Eli Evans", **record} for record in records]
    about = {"user_id": "zu-ann", "call_logs": logs}
    return event("phone.caller_call_log_completed", ACCOUNT, START, about)


def log(call_id: str, **fields: Any) -> Body:
    record = {"id": f"log-{call_id}", "call_id": call_id, "result": "Call connected"}
    return record | {"duration": 312} | fields


@pytest.fixture(autouse=True)
def _connected(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": "ann@firm.example"})


def dispositions(installation: Installation) -> list[tuple[str, str | None]]:
    return installation.execute(
        "select disposition, reason from ingress.deliveries order by delivery_id"
    )


def landed_calls(installation: Installation) -> list[str]:
    rows = installation.execute("select fields ->> 'call_id' from zoom_raw.events order by 1")
    return [call_id for (call_id,) in rows]


SPOILED: dict[str, Iterable[Any]] = {
    "duration": [None, "", "long", "5 min", -1, "-1", True, 31 * 86400 + 1, "2678401", 1e300],
    "date_time": [None, "", "yesterday", "2026-03-02T09:00:00"],
    "call_id": [None, ""],
    "id": [None, ""],
}
SPOILED_RECORDS = [
    log("7009") | {name: value} for name, values in SPOILED.items() for value in values
]


def test_a_delivery_with_only_unreadable_records_is_quarantined(installation: Installation) -> None:
    installation.deliver(
        *(first_generation(record) for record in SPOILED_RECORDS),
        first_generation(*SPOILED_RECORDS),
        first_generation(),
        at=ARRIVAL,
    )
    installation.land(now=ARRIVAL)
    found = dispositions(installation)
    assert {disposition for disposition, _ in found} == {"quarantined"}
    assert found[0] == ("quarantined", "invalid duration")
    assert found[-1] == ("quarantined", "no call record")
    assert landed_calls(installation) == []


def test_unreadable_records_next_to_a_readable_one_are_discarded(
    installation: Installation,
) -> None:
    half, other = SPOILED_RECORDS[::2], SPOILED_RECORDS[1::2]
    installation.deliver(first_generation(*half, log("7001"), *other), at=ARRIVAL)
    installation.land(now=ARRIVAL)
    assert dispositions(installation) == [("landed", None)]
    assert landed_calls(installation) == ["7001"]


@pytest.mark.parametrize("name", ["start_time", "end_time"])
def test_a_record_without_its_start_or_end_has_no_time_of_its_own(
    installation: Installation, name: str
) -> None:
    body = call_history(ACCOUNT, START, records=["r1", "r2"])
    first, second = body["payload"]["object"]["call_logs"]
    first[name] = second[name] = None
    installation.deliver(body, at=ARRIVAL)
    second[name] = iso(START)
    installation.deliver(body, at=ARRIVAL)
    installation.land(now=ARRIVAL)
    assert dispositions(installation) == [
        ("quarantined", "no event time"),
        ("landed", None),
    ]
    assert landed_calls(installation) == ["call-of-r2"]


def test_a_duration_up_to_31_days_is_read_in_any_spelling(installation: Installation) -> None:
    durations = [0, "0", "312", 312.9, 2_678_400, "2678400"]
    records = [log(str(7001 + n), duration=duration) for n, duration in enumerate(durations)]
    installation.deliver(first_generation(*records), at=ARRIVAL)
    installation.land(now=ARRIVAL)
    rows = installation.execute(
        "select fields ->> 'duration' from zoom_raw.events order by fields ->> 'call_id'"
    )
    assert [duration for (duration,) in rows] == ["0", "0", "312", "312", "2678400", "2678400"]


def test_a_delivery_has_at_most_500_records(installation: Installation) -> None:
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
