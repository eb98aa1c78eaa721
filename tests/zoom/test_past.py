"""What is read of past sessions and calls, and how their ids are written in paths."""

from datetime import date
from typing import Any

import pytest

from integration.zoom.client import ZoomClient
from integration.zoom.errors import TransientZoomError
from integration.zoom.past import (
    calls,
    failed_deliveries,
    in_path,
    participants,
    past_meeting,
    past_sessions,
)

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 3)


@pytest.mark.parametrize(
    ("zoom_uuid", "encoded"),
    [
        ("abc+def==", "abc%2Bdef%3D%3D"),
        ("abc/def==", "abc%2Fdef%3D%3D"),
        ("/abcdef==", "%252Fabcdef%253D%253D"),
        ("abc//def==", "abc%252F%252Fdef%253D%253D"),
    ],
)
def test_a_uuid_that_starts_with_a_slash_or_has_two_is_encoded_twice(
    zoom_uuid: str, encoded: str, zoom: Any, zoom_client: ZoomClient
) -> None:
    assert in_path(zoom_uuid) == encoded
    zoom.will_answer(200, {"uuid": zoom_uuid})
    assert past_meeting(zoom_client, zoom_uuid) == {"uuid": zoom_uuid}
    assert zoom.requests[0]["path"] == f"/v2/past_meetings/{encoded}"


def test_lists_are_read_to_their_end(zoom: Any, zoom_client: ZoomClient) -> None:
    zoom.will_answer(200, {"meetings": [{"uuid": "a"}], "next_page_token": "next"})
    zoom.will_answer(200, {"meetings": [{"uuid": "b"}], "next_page_token": ""})
    zoom.will_answer(200, {"participants": [{"user_id": "1"}]})
    zoom.will_answer(200, {"webhook_logs": [{"request_body": "{}"}]})

    assert past_sessions(zoom_client, "zu/1", first=FIRST, last=LAST) == [
        {"uuid": "a"},
        {"uuid": "b"},
    ]
    assert participants(zoom_client, "a==", is_webinar=True) == [{"user_id": "1"}]
    assert [*failed_deliveries(zoom_client, "app", first=FIRST, last=LAST)] == [
        [{"request_body": "{}"}]
    ]
    days = {"from": "2026-03-01", "to": "2026-03-03"}
    report = {**days, "type": "past", "page_size": "300"}
    assert zoom.asked() == [
        ("/v2/report/users/zu%2F1/meetings", report),
        ("/v2/report/users/zu%2F1/meetings", {**report, "next_page_token": "next"}),
        ("/v2/past_webinars/a%3D%3D/participants", {"page_size": "300"}),
        ("/v2/marketplace/apps/app/webhook_logs", {**days, "type": "2", "page_size": "300"}),
    ]


@pytest.mark.parametrize("field", ["call_history", "call_logs"])
def test_calls_are_in_the_new_array_or_the_old_one(
    field: str, zoom: Any, zoom_client: ZoomClient
) -> None:
    zoom.will_answer(200, {field: [{"call_id": "1"}], "from": "2026-03-01", "to": "2026-03-03"})
    assert list(calls(zoom_client, first=FIRST, last=LAST)) == [[{"call_id": "1"}]]


@pytest.mark.parametrize(
    "answered",
    [{"from": "2026-03-02", "to": "2026-03-03"}, {"from": "2026-03-01", "to": "2026-03-02"}],
)
def test_a_call_history_that_zoom_has_cut_is_an_error(
    answered: dict[str, str], zoom: Any, zoom_client: ZoomClient
) -> None:
    zoom.will_answer(200, {"call_history": [], **answered})
    with pytest.raises(TransientZoomError, match="fewer days"):
        list(calls(zoom_client, first=FIRST, last=LAST))
