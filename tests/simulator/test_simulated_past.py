"""Past sessions and calls over REST: what happened, as Zoom reports it, and nothing more."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from simulator.company import build_company
from simulator.day import build_day, build_whole_day
from tests.simulator.zoom_client import Zoom

DAY = date(2026, 3, 2)
JOINED, LEFT = "participant_joined", "participant_left"
Body = dict[str, Any]


@pytest.fixture
def access_token(zoom: Zoom, clock: list[float]) -> str:
    """A token on the evening after the simulated day."""
    clock[0] = datetime.combine(DAY, datetime.min.time(), UTC).timestamp() + 24 * 3600
    zoom.control("history", day=DAY.isoformat())
    return zoom.connect()["access_token"]


@pytest.fixture(scope="module")
def bodies() -> list[Body]:
    return [json.loads(event.body) for event in build_whole_day(build_company(), DAY)]


def rows(zoom: Zoom, path: str, access_token: str, array: str, **query: Any) -> Iterator[Body]:
    token = ""
    while True:
        page = zoom.get(path, access_token, next_page_token=token, **query).json()
        yield from page[array]
        token = page["next_page_token"]
        if not token:
            return


def encoded(uuid: str) -> str:
    once = quote(uuid, safe="")
    return quote(once, safe="") if uuid.startswith("/") or "//" in uuid else once


def reported(zoom: Zoom, access_token: str, day: date = DAY, **query: Any) -> list[Body]:
    """The rows of the whole account."""
    days = {"from": day.isoformat(), "to": day.isoformat(), "type": "past"}
    return [
        row
        for user in build_company().users
        if user.id
        for row in rows(
            zoom, f"/v2/report/users/{user.id}/meetings", access_token, "meetings", **days, **query
        )
    ]


def participants(zoom: Zoom, access_token: str, session: Body, **query: Any) -> list[Body]:
    kind = "webinars" if session["type"] in (5, 6, 9) else "meetings"
    path = f"/v2/past_{kind}/{encoded(session['uuid'])}/participants"
    return list(rows(zoom, path, access_token, "participants", **query))


def objects(bodies: list[Body], name: str) -> list[Body]:
    return [body["payload"]["object"] for body in bodies if body["event"].split(".", 1)[1] == name]


def test_the_report_has_every_session_with_its_end_sent_or_not(
    zoom: Zoom, access_token: str, bodies: list[Body]
) -> None:
    found = reported(zoom, access_token, page_size=3)
    ended = {
        about["uuid"]: (about["start_time"], about["end_time"], about["topic"], about["type"])
        for about in objects(bodies, "ended")
    }
    assert {
        row["uuid"]: (row["start_time"], row["end_time"], row["topic"], row["type"])
        for row in found
    } == ended
    assert len(found) == len(ended) > 15
    assert all(isinstance(row["id"], int) for row in found)


def test_participants_are_the_connections_of_the_webhooks(
    zoom: Zoom, access_token: str, bodies: list[Body]
) -> None:
    zoom.control("limits", label="medium", per_second=1000)
    found = [
        (session["uuid"], row["user_id"], row["join_time"], row["leave_time"])
        for session in reported(zoom, access_token)
        for row in participants(zoom, access_token, session, page_size=2)
        if row["status"] == "in_meeting"
    ]
    joins = {
        (about["uuid"], about["participant"]["user_id"]): about["participant"]["join_time"]
        for about in objects(bodies, JOINED)
    }
    leaves = {
        (about["uuid"], about["participant"]["user_id"]): about["participant"]["leave_time"]
        for about in objects(bodies, LEFT)
    }
    assert Counter(found) == Counter((*key, join, leaves[key]) for key, join in joins.items())


def test_a_leave_that_zoom_never_sends_is_reported(bodies: list[Body]) -> None:
    sent = [json.loads(event.body) for event in build_day(build_company(), DAY)]
    assert len(objects(bodies, LEFT)) > len(objects(sent, LEFT))


def test_somebody_who_only_waited_has_a_row_of_their_own_kind(
    zoom: Zoom, access_token: str, bodies: list[Body]
) -> None:
    waited = objects(bodies, "participant_joined_waiting_room")
    found = [
        (session["uuid"], row["user_id"])
        for session in reported(zoom, access_token)
        for row in participants(zoom, access_token, session)
        if row["status"] == "in_waiting_room"
    ]
    assert sorted(found) == sorted(
        (about["uuid"], about["participant"]["user_id"]) for about in waited
    )
    assert found


def test_details_name_the_host_and_a_webinar_is_no_past_meeting(
    zoom: Zoom, access_token: str, bodies: list[Body]
) -> None:
    hosts = {about["uuid"]: about["host_id"] for about in objects(bodies, "ended")}
    for session in reported(zoom, access_token):
        path = f"/v2/past_meetings/{encoded(session['uuid'])}"
        answer = zoom.get(path, access_token)
        if session["type"] in (5, 6, 9):
            assert (answer.status_code, answer.json()["code"]) == (404, 3001)
        else:
            assert answer.json()["host_id"] == hosts[session["uuid"]]


def odd_meeting(uuid: str, *, number: str = "85212345678", people: int = 2) -> list[Body]:
    """The events of a meeting with this uuid."""
    start = "2026-03-02T09:00:00Z"
    about = {"uuid": uuid, "id": number, "type": 2, "topic": "Odd", "start_time": start}
    about["host_id"] = build_company().owner.id

    def event(name: str, more: Body) -> Body:
        payload = {"account_id": build_company().account_id, "object": {**about, **more}}
        return {"event": f"meeting.{name}", "event_ts": 1, "payload": payload}

    joins = [
        event(JOINED, {"participant": {"user_id": str(n), "user_name": str(n), "join_time": start}})
        for n in range(people)
    ]
    return [*joins, event("ended", {"end_time": "2026-03-02T09:30:00Z"})]


@pytest.mark.parametrize(
    ("uuid", "path", "status"),
    [
        ("/abc/def==", "%252Fabc%252Fdef%3D%3D", 200),
        ("/abc/def==", "%2Fabc%2Fdef%3D%3D", 404),
        ("ab//cdef==", "ab%252F%252Fcdef%3D%3D", 200),
        ("ab//cdef==", "ab%2F%2Fcdef%3D%3D", 404),
        ("ab/c+def==", "ab%2Fc%2Bdef%3D%3D", 200),
        ("ab/c+def==", "ab%252Fc%252Bdef%253D%253D", 200),
    ],
)
def test_an_odd_uuid_must_be_encoded_twice(
    zoom: Zoom, access_token: str, uuid: str, path: str, status: int
) -> None:
    zoom.control("history", events=odd_meeting(uuid))
    for rest in ("", "/participants"):
        answer = zoom.get(f"/v2/past_meetings/{path}{rest}", access_token)
        assert answer.status_code == status


def test_a_number_means_the_latest_session(zoom: Zoom, access_token: str) -> None:
    zoom.control("history", events=odd_meeting("first", number="1"))
    later = json.loads(json.dumps(odd_meeting("second", number="1")).replace("T09:", "T10:"))
    zoom.control("history", events=later)
    assert zoom.get("/v2/past_meetings/1", access_token).json()["uuid"] == "second"


def test_a_running_session_is_unknown(zoom: Zoom, access_token: str) -> None:
    zoom.control("history", events=odd_meeting("runs")[:-1])
    assert zoom.get("/v2/past_meetings/runs", access_token).json() == {
        "code": 3001,
        "message": "Meeting does not exist: runs.",
    }


def test_a_leave_that_is_unknown_is_the_end_of_the_session(zoom: Zoom, access_token: str) -> None:
    zoom.control("history", events=odd_meeting("odd"))
    people = participants(zoom, access_token, {"uuid": "odd", "type": 2})
    assert {row["leave_time"] for row in people} == {"2026-03-02T09:30:00Z"}
    assert {row["duration"] for row in people} == {1800}


def test_the_report_leaves_out_a_session_with_one_person(zoom: Zoom, access_token: str) -> None:
    zoom.control("history", events=odd_meeting("alone", people=1))
    assert "alone" not in {row["uuid"] for row in reported(zoom, access_token)}
    assert zoom.get("/v2/past_meetings/alone", access_token).status_code == 200


def test_another_day_has_other_sessions(zoom: Zoom, access_token: str) -> None:
    assert reported(zoom, access_token, DAY - timedelta(days=1)) == []


@pytest.mark.parametrize(
    "days",
    [
        {"from": "2026-01-01", "to": "2026-03-02"},
        {"from": "2026-03-03", "to": "2026-03-02"},
        {"from": "2025-03-01", "to": "2025-03-02"},
        {"from": "monday"},
    ],
)
def test_a_range_that_zoom_would_refuse_is_refused(
    zoom: Zoom, access_token: str, days: dict[str, str]
) -> None:
    path = f"/v2/report/users/{build_company().owner.id}/meetings"
    answer = zoom.get(path, access_token, **days)
    assert (answer.status_code, answer.json()["code"]) == (400, 300)


def test_a_session_of_more_than_a_year_ago_is_refused(
    zoom: Zoom, access_token: str, clock: list[float]
) -> None:
    zoom.control("history", events=odd_meeting("old"))
    clock[0] += 366 * 24 * 3600
    access_token = zoom.connect()["access_token"]
    answer = zoom.get("/v2/past_meetings/old", access_token)
    assert (answer.status_code, answer.json()) == (
        400,
        {"code": 12702, "message": "Cannot access a meeting a year ago."},
    )


def test_call_history_has_one_row_for_each_side_of_a_call(
    zoom: Zoom, access_token: str, bodies: list[Body]
) -> None:
    days = {"from": DAY.isoformat(), "to": DAY.isoformat()}
    found = list(rows(zoom, "/v2/phone/call_history", access_token, "call_history", **days))
    sides = {"caller": "outbound", "callee": "inbound"}
    records = {
        (record["call_id"], sides[body["event"].split(".")[1].split("_")[0]]): (
            record["start_time"],
            record.get("answer_time"),
            record["end_time"],
            record["result"],
        )
        for body in bodies
        if body["event"].endswith("_completed") and body["event"].startswith("phone.")
        for about in [body["payload"]["object"]]
        for record in about.get("call_logs") or about["call_elements"]
    }
    assert sorted((row["call_id"], row["direction"]) for row in found) == sorted(records)
    times = ("start_time", "answer_time", "end_time")
    assert {
        (row["call_id"], row["direction"]): tuple(row.get(name) for name in times) for row in found
    } == {key: record[:3] for key, record in records.items()}


def test_call_history_is_cut_to_a_month_and_says_so(zoom: Zoom, access_token: str) -> None:
    answer = zoom.get(
        "/v2/phone/call_history", access_token, **{"from": "2025-12-01", "to": "2026-03-02"}
    ).json()
    assert (answer["from"], answer["to"]) == ("2026-01-31", "2026-03-02")
    assert answer["total_records"] > 0
