"""Binds: Zoom's reports that two legs of a session, a phone and an app, belong to one person."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.pipeline.events import Body, Person, Session
from tests.pipeline.installation import Installation

ACCOUNT = "BindingAccount00000000"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
END = START + timedelta(minutes=30)
ARRIVAL = START + timedelta(hours=2)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
PHONE = Person("12055550100")
MEETING = Session(ACCOUNT, "uuid-of-a-meeting", "zu-ann", START, END)
WEBINAR = Session(ACCOUNT, "uuid-of-a-webinar", "zu-ann", START, END, kind="webinar", type=5)
ENDLESS = Session(ACCOUNT, "uuid-without-an-end", "zu-ann", START, END)
BOUND_ONLY = Session(ACCOUNT, "uuid-of-a-bind-only", "zu-ann", START, END)


@pytest.fixture(autouse=True)
def _connected(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})


def bind(session: Session, at: datetime | None = None, **fields: Any) -> Body:
    """In the shape of Zoom's example. `at` is only its `event_ts`. None removes a field."""
    body = session.joined(ANN, at or START, leg="2")
    about = body["payload"]["object"]
    participant = about["participant"] | {
        "bind_user_id": "1",
        "bind_participant_uuid": "UUID-OF-1",
        "phone_number": "12055550100",
        "registrant_id": "r1",
        "join_time": None,
    }
    participant = {k: v for k, v in (participant | fields).items() if v is not None}
    return body | {
        "event": f"{session.kind}.participant_bind",
        "payload": body["payload"] | {"object": about | {"participant": participant}},
    }


def legs_of(session: Session) -> list[Body]:
    """Ann at her computer for 10 minutes, and a phone from minute 5 to the end."""
    return [
        session.joined(ANN, START, leg="1"),
        session.left(ANN, START + timedelta(minutes=10), leg="1"),
        session.joined(PHONE, START + timedelta(minutes=5), leg="2"),
        session.left(PHONE, END, leg="2"),
    ]


def test_only_the_two_legs_and_the_time_of_a_bind_are_kept(
    installation: Installation,
) -> None:
    installation.deliver(
        bind(MEETING, join_time="2026-03-02T09:05:10Z", date_time="2026-03-02T09:06:00Z"),
        bind(MEETING, join_time="", date_time="2026-03-02T09:07:00Z"),
        bind(MEETING, at=START + timedelta(minutes=8)),
        bind(WEBINAR, date_time="2026-03-02T09:09:00Z", user_id="", bind_user_id=""),
        bind(WEBINAR, date_time="2026-03-02T09:09:00Z", user_id="", bind_user_id="", email="x@y.z"),
        at=ARRIVAL,
    )
    installation.land(now=ARRIVAL)

    by_user_id = {"zoom_uuid": MEETING.uuid, "user_id": "2", "bind_user_id": "1"}
    by_uuid = {
        "zoom_uuid": WEBINAR.uuid,
        "participant_uuid": "UUID-OF-2",
        "bind_participant_uuid": "UUID-OF-1",
    }
    assert installation.execute(
        "select event, occurred_at - %s, fields from zoom_raw.events order by occurred_at", [START]
    ) == [
        ("meeting.participant_bind", timedelta(minutes=5, seconds=10), by_user_id),
        ("meeting.participant_bind", timedelta(minutes=7), by_user_id),
        ("meeting.participant_bind", timedelta(minutes=8), by_user_id),
        ("webinar.participant_bind", timedelta(minutes=9), by_uuid),
    ]


def test_a_bind_without_a_subject_or_a_readable_time_is_quarantined(
    installation: Installation,
) -> None:
    nowhere = Session(ACCOUNT, "", "zu-ann", START, END)
    installation.deliver(
        bind(nowhere, date_time="2026-03-02T09:07:00Z"),
        bind(MEETING, date_time="2026-03-02T09:07:00Z", user_id="", participant_uuid=None),
        bind(MEETING, date_time="yesterday"),
        bind(MEETING, join_time="yesterday", date_time="2026-03-02T09:07:00Z"),
        bind(MEETING) | {"event_ts": None},
        at=ARRIVAL,
    )
    installation.land(now=ARRIVAL)
    reasons = "select disposition, reason from ingress.deliveries order by delivery_id"
    assert installation.execute(reasons) == [
        ("quarantined", "no session id (uuid)"),
        ("quarantined", "participant without user_id and participant_uuid"),
        ("quarantined", "invalid time"),
        ("quarantined", "invalid time"),
        ("quarantined", "no event time"),
    ]


SESSIONS = """
    select
        zoom_uuid, topic, host_zoom_user_id, zoom_meeting_id, end_source, started_at, ended_at,
        due_at, last_event_at
    from intermediate.int_sessions
    order by zoom_uuid
"""
PRESENT = """
    select zoom_uuid, email, participants.joined_at, participants.left_at, duration_seconds,
        connection_count
    from timeline.participants
    inner join timeline.sessions using (organization_id, session_id)
    order by zoom_uuid, participants.joined_at
"""


def test_a_bind_is_new_data_and_changes_no_fact_of_its_session(installation: Installation) -> None:
    """Neither an inferred end, nor the time when an end is inferred."""
    installation.deliver(*legs_of(MEETING), MEETING.ended(), *legs_of(ENDLESS), at=ARRIVAL)
    installation.batch(now=ARRIVAL)
    sessions, before = installation.execute(SESSIONS), installation.execute(PRESENT)

    late = {"topic": "Another topic", "host_id": "zu-eve", "id": "1", "start_time": iso(-60)}
    binds = [bind(session, date_time=iso(90)) for session in (MEETING, ENDLESS, BOUND_ONLY)]
    for body in binds:
        body["payload"]["object"] |= late
    installation.deliver(*binds, at=ARRIVAL + timedelta(hours=23))
    installation.batch(now=ARRIVAL + timedelta(hours=23))
    still = installation.execute(SESSIONS)
    installation.batch(now=ARRIVAL + timedelta(hours=24))

    assert still == sessions
    assert [row[0] for row in sessions] == [MEETING.uuid, ENDLESS.uuid]
    of_ann, of_phone = ("ann@firm.example", 600, 1), (None, 1500, 1)
    assert [(row[1], *row[4:]) for row in before] == [of_ann, of_phone]
    together = ("ann@firm.example", START, END, 1800, 2)
    assert installation.execute(PRESENT) == [(MEETING.uuid, *together), (ENDLESS.uuid, *together)]


def iso(minutes: int) -> str:
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
