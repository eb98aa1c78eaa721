"""What arrives after an account's connection has ended."""

from datetime import timedelta

import pytest

from tests.pipeline.events import (
    call_ended,
    call_history,
    user_event,
)
from tests.pipeline.installation import Installation
from tests.pipeline.landed import (
    ACCOUNT,
    ARRIVAL,
    MEETING,
    START,
    changed,
    dispositions,
    joined,
    landed_events,
)


@pytest.fixture(autouse=True)
def _connected(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": "ann@firm.example"})


def test_an_event_over_a_day_after_its_connection_ended_is_of_an_unknown_account(
    installation: Installation,
) -> None:
    """Its body is discarded, whatever else is wrong with it."""
    day_later = START + timedelta(days=1)
    last = changed(MEETING.ended(), end_time="2026-03-03T09:00:00Z")
    too_late = changed(MEETING.ended(), end_time="2026-03-03T09:00:01Z")
    bodies = [
        last,
        too_late,
        changed(too_late, uuid=""),
        joined(join_time="2026-03-03T09:00:01Z", user_id="", participant_uuid=""),
        call_ended("caller", ACCOUNT, day_later + timedelta(seconds=1), call_id=""),
        user_event("updated", ACCOUNT, day_later, zoom_user_id="zu-ann"),
        changed(too_late, end_time="yesterday"),
    ]
    installation.execute(
        "update integration.connections set status = 'disconnected', disconnected_at = %s", [START]
    )
    installation.deliver(*bodies, at=ARRIVAL + timedelta(days=1))
    installation.land(now=ARRIVAL + timedelta(days=1))

    unknown = ("unknown_account", "more than a day after the Zoom account was disconnected")
    assert dispositions(installation) == [
        ("landed", None),
        *[unknown] * 5,
        ("quarantined", "invalid time"),
    ]
    assert installation.value("select count(body) from ingress.deliveries") == 1
    assert len(landed_events(installation)) == 1


def test_an_event_after_an_end_lands_if_the_account_was_connected_again(
    installation: Installation,
) -> None:
    installation.execute(
        "update integration.connections set status = 'disconnected', disconnected_at = %s", [START]
    )
    installation.execute(
        "insert into integration.connections (organization_id, zoom_account_id, connected_at) "
        "values ('firm', %s, %s)",
        [ACCOUNT, START + timedelta(days=9)],
    )
    body = changed(MEETING.ended(), end_time="2026-03-05T09:00:00Z")
    installation.deliver(body, at=START + timedelta(days=3))
    installation.land(now=START + timedelta(days=10))

    assert dispositions(installation) == [("landed", None)]


def test_records_from_over_a_day_after_the_end_are_discarded(
    installation: Installation,
) -> None:
    installation.execute(
        "update integration.connections set status = 'disconnected', disconnected_at = %s", [START]
    )
    body = call_history(ACCOUNT, START, records=["r1", "r2"])
    late = {"start_time": "2026-03-03T09:00:00Z", "end_time": "2026-03-03T09:00:01Z"}
    body["payload"]["object"]["call_logs"][1] |= late
    installation.deliver(body, at=ARRIVAL + timedelta(days=1))
    installation.land(now=ARRIVAL + timedelta(days=1))

    assert dispositions(installation) == [("landed", None)]
    assert [fields["call_id"] for _, fields in landed_events(installation)] == ["call-of-r1"]
