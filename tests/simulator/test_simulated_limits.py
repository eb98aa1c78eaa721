"""Rate limits, plans and missing scopes: each refuses in Zoom's words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from simulator.company import build_company
from tests.simulator.zoom_client import SECOND_ACCOUNT_ID, Zoom

REPORT = f"/v2/report/users/{build_company().owner.id}/meetings"
PARTICIPANTS = "/v2/past_meetings/unknown/participants"
VISITORS = "/v2/past_webinars/unknown/participants"
CALLS = "/v2/phone/call_history"
DAILY = {
    "code": 429,
    "message": "You have reached the maximum daily rate limit for this API. Refer to the response "
    "header for details on when you can make another request.",
}
PER_SECOND = "You have reached the maximum per-second rate limit for this API. Try again later."


@pytest.fixture
def access_token(zoom: Zoom, clock: list[float]) -> str:
    """A token at noon, so that the next second is no other day."""
    clock[0] = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
    return zoom.connect()["access_token"]


def statuses(zoom: Zoom, path: str, access_token: str, *, times: int) -> list[int]:
    return [zoom.get(path, access_token).status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("plan", "path", "allowed"),
    [
        ("business", REPORT, 40),
        ("pro", REPORT, 10),
        ("business", PARTICIPANTS, 60),
        ("pro", PARTICIPANTS, 20),
        ("business", CALLS, 10),
        ("pro", CALLS, 5),
        ("free", "/v2/users", 2),
    ],
)
def test_a_second_has_as_many_requests_as_documented(
    zoom: Zoom, access_token: str, clock: list[float], plan: str, path: str, allowed: int
) -> None:
    zoom.control("access", plan=plan)
    found = statuses(zoom, path, access_token, times=allowed + 2)
    clock[0] += 1
    assert 429 not in found[:allowed]
    assert found[allowed:] == [429, 429]
    assert zoom.get(path, access_token).status_code != 429


def test_too_many_requests_in_a_second_are_refused_with_zooms_headers(
    zoom: Zoom, access_token: str, clock: list[float]
) -> None:
    zoom.control("limits", label="heavy", per_second=0)
    answer = zoom.get(REPORT, access_token)
    assert answer.json() == {"code": 4001, "message": PER_SECOND}
    found = {name: value for name, value in answer.headers.items() if name.startswith("x-rate")}
    assert found == {
        "x-ratelimit-category": "Heavy",
        "x-ratelimit-type": "QPS",
        "x-ratelimit-limit": "0",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(clock[0]) + 1),
    }


def test_a_daily_limit_lasts_until_midnight_and_says_so(
    zoom: Zoom, access_token: str, clock: list[float]
) -> None:
    zoom.control("limits", label="heavy", per_day=2)
    found = statuses(zoom, REPORT, access_token, times=2)
    answer = zoom.get(REPORT, access_token)
    clock[0] += 12 * 3600
    access_token = zoom.connect()["access_token"]
    assert (found, answer.status_code, answer.json()) == ([200, 200], 429, DAILY)
    assert answer.headers["retry-after"] == "2026-03-03T00:00:00Z"
    assert answer.headers["x-ratelimit-type"] == "Daily-limit"
    assert zoom.get(REPORT, access_token).status_code == 200


def test_labels_and_accounts_have_limits_of_their_own(zoom: Zoom, access_token: str) -> None:
    zoom.control("limits", label="heavy", per_second=0)
    form = {"grant_type": "account_credentials", "account_id": SECOND_ACCOUNT_ID}
    theirs = zoom.token(**form).json()["access_token"]
    owner = zoom.world.accounts[SECOND_ACCOUNT_ID].company.owner.id
    answers = [
        zoom.get(REPORT, access_token),
        zoom.get("/v2/users", access_token),
        zoom.get(f"/v2/report/users/{owner}/meetings", theirs),
    ]
    assert [answer.status_code for answer in answers] == [429, 200, 200]


def test_the_use_of_the_limits_is_listed(zoom: Zoom, access_token: str) -> None:
    zoom.control("limits", label="heavy", per_second=2)
    statuses(zoom, REPORT, access_token, times=3)
    account = build_company().account_id
    assert zoom.http.get(f"{zoom.url}/_control/limits").json() == {
        "most_per_second": {account: {"heavy": 2}},
        "refused": {account: {"heavy": 1}},
        "per_day": [{"account_id": account, "label": "heavy", "day": "2026-03-02", "requests": 2}],
    }


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        (REPORT, "report:read:user:admin"),
        ("/v2/past_meetings/unknown", "meeting:read:past_meeting:admin"),
        (PARTICIPANTS, "meeting:read:list_past_participants:admin"),
        (VISITORS, "webinar:read:list_past_participants:admin"),
        (CALLS, "phone:read:list_call_logs:admin"),
        ("/v2/users", "user:read:list_users:admin"),
        ("/v2/phone/users", "phone:read:list_users:admin"),
    ],
)
def test_a_missing_scope_is_named(zoom: Zoom, access_token: str, path: str, scope: str) -> None:
    zoom.control("access", missing_scopes=[scope])
    refused = zoom.get(path, access_token)
    zoom.http.delete(f"{zoom.url}/_control/access")
    assert (refused.status_code, refused.json()) == (
        400,
        {"code": 4711, "message": f"Invalid access token, does not contain scopes:[{scope}]."},
    )
    assert zoom.get(path, access_token).status_code in (200, 404)


def test_a_consent_for_fewer_scopes_is_enough_for_their_calls_only(zoom: Zoom) -> None:
    zoom.control("authorize", scope="user:read:admin")
    access_token = zoom.connect()["access_token"]
    assert zoom.get("/v2/users", access_token).status_code == 200
    assert zoom.get(REPORT, access_token).json()["code"] == 4711


@pytest.mark.parametrize(
    ("lacking", "path", "status", "code"),
    [
        ({"plan": "free"}, REPORT, 400, 200),
        ({"plan": "free"}, PARTICIPANTS, 400, 200),
        ({"has_webinars": False}, VISITORS, 400, 200),
        ({"has_phone": False}, CALLS, 403, 403),
    ],
)
def test_a_missing_plan_is_refused(
    zoom: Zoom, access_token: str, lacking: dict[str, object], path: str, status: int, code: int
) -> None:
    zoom.control("access", **lacking)
    refused = zoom.get(path, access_token)
    zoom.http.delete(f"{zoom.url}/_control/access")
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert zoom.get(path, access_token).status_code in (200, 404)


def test_wrong_controls_are_refused(zoom: Zoom) -> None:
    answers = [
        zoom.control("access", plan="gold"),
        zoom.control("access", account_id="unknown"),
        zoom.control("limits", label="enormous"),
        zoom.control("limits", label="heavy", per_second="many"),
        zoom.control("history", day="someday"),
        zoom.control("history", events=[{"event": "meeting.ended"}]),
        zoom.control("clock", now="noon"),
    ]
    assert [answer.status_code for answer in answers] == [400] * 7


def test_the_time_can_be_set(zoom: Zoom) -> None:
    access_token = zoom.connect()["access_token"]
    zoom.control("clock", now="2026-03-02T12:00:00Z")
    assert zoom.get(REPORT, access_token).json()["to"] == "2026-03-02"
