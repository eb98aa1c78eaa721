"""What Zoom answers for one user or session stops nothing else, is reported, and is tried again."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.healing.short_past import (
    ANN,
    BOB,
    CALL,
    COLLEAGUES,
    DAY,
    EVERYTHING,
    FIRST,
    MORNING,
    NOW,
    OF_ANN,
    SECOND,
    WEBINAR,
    ShortPast,
    session,
)

REPORT = f"/v2/report/users/{ANN.zoom_user_id}/meetings"
PARTICIPANTS = f"/v2/past_meetings/{OF_ANN}/participants"
WITHOUT_ANN = EVERYTHING - Counter({OF_ANN: 6})
IN_AN_HOUR = NOW + timedelta(hours=1)
# Answers after which the same is tried again.
PASSING: dict[str, dict[str, Any]] = {
    "an error of the server": {"status": 500},
    "no time": {"status": 408},
    "no JSON": {"status": 200, "body": "<html>"},
    "no list": {"status": 200, "body": {"meetings": 1, "participants": "none"}},
    "a list of texts": {"status": 200, "body": {"meetings": ["a"], "participants": ["a"]}},
}


@pytest.mark.parametrize("path", [REPORT, PARTICIPANTS], ids=["user", "meeting"])
@pytest.mark.parametrize("answer", PASSING)
def test_one_bad_user_or_meeting_is_reported_and_tried_again(
    answer: str, path: str, past: ShortPast
) -> None:
    past.fail(path, **PASSING[answer])
    counts = past.heal()
    assert (counts["finished"], counts["failed"], counts["refused"]) == (3, 1, 0)
    assert (past.queued(FIRST), past.queued(SECOND)) == (WITHOUT_ANN, EVERYTHING)
    assert past.days()[DAY, "meetings"].startswith("Zoom")
    assert past.days()[DAY, "phone"] == "finished"
    assert len([line for line in past.said if "failed" in line and "Zoom" in line]) == 1

    past.control("fail", method="DELETE")
    past.control("calls", method="DELETE")
    assert past.heal(now=IN_AN_HOUR)["finished"] == 1
    assert past.queued() == EVERYTHING
    assert past.calls("/meetings") == ([REPORT] if path == REPORT else [])
    assert past.calls("/participants") == [PARTICIPANTS]


@pytest.mark.parametrize("path", [REPORT, PARTICIPANTS], ids=["user", "meeting"])
def test_a_user_or_meeting_that_is_gone_is_counted_and_given_up(path: str, past: ShortPast) -> None:
    """It is read once more if somebody asks for the day."""
    past.fail(path, status=404, body={"code": 3001, "message": "It does not exist."})
    counts = past.heal()
    assert (counts["finished"], counts["failed"], counts["unreadable"]) == (4, 0, 1)
    of_list = Counter({OF_ANN: 2} if path == PARTICIPANTS else {})  # its start and end
    assert past.queued() == WITHOUT_ANN + of_list
    why = "select zoom_uuid, error from zoom_raw.known_sessions where error is not null"
    gone = (OF_ANN, "Zoom could not find what was requested. Check that the user or account still ")
    found = [(uuid, error[: len(gone[1])]) for uuid, error in past.installation.execute(why)]
    assert found == ([gone] if path == PARTICIPANTS else [])

    past.control("fail", method="DELETE")
    assert past.heal(now=IN_AN_HOUR)["days"] == 0
    past.heal(now=IN_AN_HOUR, day=DAY)
    assert past.queued() == EVERYTHING


def test_details_that_are_gone_leave_the_times_of_the_list_and_the_participants(
    past: ShortPast,
) -> None:
    past.fail(f"/v2/past_meetings/{OF_ANN}", status=404, body={"code": 3001})
    assert past.heal()["finished"] == 4
    assert past.queued() == EVERYTHING


def test_unreadable_rows_leave_the_others(past: ShortPast) -> None:
    end = (MORNING + timedelta(hours=10)).isoformat()
    strange: list[dict[str, Any]] = [
        {},
        {"uuid": "uuid-never", "end_time": "never"},
        {"uuid": {"a": 1}, "end_time": end},
        {"uuid": "uuid-number", "end_time": 10**30},
        {"uuid": "", "end_time": end},
        {"uuid": OF_ANN, "end_time": end, "type": {}, "topic": [1], "id": "no number"},
    ]
    past.fail(REPORT, status=200, body={"meetings": strange})
    people: list[dict[str, Any]] = [
        {},
        {"user_id": {"a": 1}, "join_time": end, "name": ["Zoe"]},
        {"user_id": "1", "join_time": "never", "leave_time": 10**30},
        {"user_id": "2", "join_time": end, "name": "Zoe \x00 Zed", "user_email": 5},
        {"user_id": "3", "join_time": end, "leave_time": end, "name": "Zed"},
    ]
    past.fail(PARTICIPANTS, status=200, body={"participants": people})
    counts = past.heal()
    assert (counts["finished"], counts["failed"]) == (4, 0)
    assert counts["unreadable"] >= 4
    assert past.queued() - Counter({OF_ANN: 99}) == WITHOUT_ANN
    assert past.queued()[OF_ANN] >= 4  # its start and end, and the readable connection
    assert past.queued(SECOND) == EVERYTHING


def test_an_account_that_zoom_no_longer_knows_stops_no_other(past: ShortPast) -> None:
    for person in COLLEAGUES:
        path = f"/v2/report/users/{person.zoom_user_id}/meetings"
        past.fail(path, status=401, body={"code": 124})
    counts = past.heal()
    assert (counts["finished"], counts["failed"]) == (3, 1)
    assert "Reconnect the account." in past.days()[DAY, "meetings"]
    assert (past.queued(FIRST), past.queued(SECOND)) == (Counter({CALL: 1}), EVERYTHING)
    assert past.calls("/participants") == []
    past.control("fail", method="DELETE")
    assert past.heal(now=IN_AN_HOUR)["finished"] == 1
    assert past.queued() == EVERYTHING


def test_a_uuid_with_slashes_is_found(past: ShortPast) -> None:
    uuids = ["/starts+with==", "has//two/of+them=="]
    for uuid in uuids:
        past.control("history", events=session(uuid, BOB, FIRST).whole([BOB, ANN]))
    past.disconnect(SECOND)
    assert past.heal()["unreadable"] == 0
    assert past.queued() == EVERYTHING + Counter(dict.fromkeys(uuids, 6))
    assert WEBINAR in past.queued()
