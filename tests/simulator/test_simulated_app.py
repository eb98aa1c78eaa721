"""What the app's own token can read and change: Zoom's log of webhooks, and the subscriptions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from simulator.app import APP_ID, EVENTS
from simulator.company import build_company
from tests.simulator.zoom_client import SECOND_ACCOUNT_ID, Zoom

COMPANY = build_company()
LOG = f"/v2/marketplace/apps/{APP_ID}/webhook_logs"
SUBSCRIPTIONS = "/v2/marketplace/app/event_subscription"
OURS = {"account_id": COMPANY.account_id, "subscription_scope": "account"}
NEW = {
    **OURS,
    "events": ["meeting.started", "meeting.ended"],
    "event_subscription_name": "Ours",
    "event_webhook_url": "https://worksights.example.com/webhooks/zoom",
}


@pytest.fixture
def token(zoom: Zoom, clock: list[float]) -> str:
    """The app's own token, at noon."""
    clock[0] = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
    return app_token(zoom)


def app_token(zoom: Zoom) -> str:
    return zoom.token(grant_type="client_credentials").json()["access_token"]


def log(zoom: Zoom, token: str, **query: Any) -> list[dict[str, Any]]:
    return zoom.get(LOG, token, **query).json()["webhook_logs"]


def write(zoom: Zoom, *attempts: dict[str, Any]) -> None:
    assert zoom.control("webhook-log", attempts=list(attempts)).status_code == 204


def send(zoom: Zoom, method: str, path: str, token: str, **body: Any) -> requests.Response:
    bearer = {"authorization": f"Bearer {token}"}
    return zoom.http.request(method, f"{zoom.url}{path}", json=body, headers=bearer)


def test_the_apps_token_has_its_own_scopes_and_is_for_no_account(zoom: Zoom) -> None:
    tokens = zoom.token(grant_type="client_credentials").json()
    assert "refresh_token" not in tokens
    assert "marketplace:read:event_subscription" in tokens["scope"].split()
    assert zoom.get("/v2/users", tokens["access_token"]).status_code == 401


@pytest.mark.parametrize("path", [LOG, SUBSCRIPTIONS])
def test_the_token_of_an_account_is_not_enough(zoom: Zoom, path: str) -> None:
    answer = zoom.get(path, zoom.connect()["access_token"])
    assert (answer.status_code, answer.json()["code"]) == (401, 124)


def test_the_log_has_the_body_as_it_was_sent(zoom: Zoom, token: str) -> None:
    body = '{"event":"meeting.ended","payload":{"object":{"host_id":"the-host"}}}'
    write(zoom, {"body": body, "request_id": "r_1", "at": "2026-03-02T11:00:00Z", "retry_num": 2})
    (row,) = log(zoom, token)
    names = ("event", "status", "request_body", "request_id", "retry_num", "user_id", "date_time")
    assert [row[name] for name in names] == [
        "meeting.ended", -1, body, "r_1", 2, "the-host", "2026-03-02T11:00:00.000Z",
    ]  # fmt: skip


def test_a_body_that_is_cut_off_is_logged_without_an_event(zoom: Zoom, token: str) -> None:
    write(zoom, {"body": '{"event":"meeting.ended","payl'})
    assert [(row["event"], row["request_body"][-4:]) for row in log(zoom, token)] == [("", "payl")]


def test_the_log_shows_failed_attempts_unless_others_are_asked_for(zoom: Zoom, token: str) -> None:
    write(zoom, *({"body": {"event": str(status)}, "status": status} for status in (-1, 204, 503)))
    found = {
        type_: {row["event"] for row in log(zoom, token, type=type_)} for type_ in ("1", "2", "3")
    }
    assert found == {"1": {"-1", "204", "503"}, "2": {"-1", "503"}, "3": {"204"}}
    assert {row["event"] for row in log(zoom, token)} == found["2"]


def test_the_log_covers_a_week(zoom: Zoom, token: str) -> None:
    for at in ("2026-02-23T11:59:00Z", "2026-02-23T12:01:00Z", "2026-03-02T11:59:00Z"):
        write(zoom, {"body": {"event": at}, "at": at})
    week = {"from": "2026-02-23T00:00:00Z", "to": "2026-03-01T00:00:00Z"}
    assert [row["event"] for row in log(zoom, token)] == [
        "2026-03-02T11:59:00Z", "2026-02-23T12:01:00Z",
    ]  # fmt: skip
    assert [row["event"] for row in log(zoom, token, **week)] == ["2026-02-23T12:01:00Z"]
    too_long = {"from": "2026-02-20T00:00:00Z", "to": "2026-03-01T00:00:00Z"}
    assert zoom.get(LOG, token, **too_long).json()["code"] == 300


def test_the_log_is_paged_and_filtered(zoom: Zoom, token: str) -> None:
    write(zoom, *({"body": {"event": "e"}, "retry_num": number % 4} for number in range(8)))
    first = zoom.get(LOG, token, page_size=5).json()
    second = zoom.get(LOG, token, page_size=5, next_page_token=first["next_page_token"]).json()
    assert [len(page["webhook_logs"]) for page in (first, second)] == [5, 3]
    assert len(log(zoom, token, retry_num=1)) == 2
    assert log(zoom, token, event="other") == []


def test_another_app_has_no_log_here(zoom: Zoom, token: str) -> None:
    path = "/v2/marketplace/apps/another/webhook_logs"
    assert zoom.get(path, token).status_code == 404


def test_an_app_without_the_scope_cannot_read_the_log(zoom: Zoom, token: str) -> None:
    zoom.control("app", scopes=["marketplace:read:event_subscription"])
    answer = zoom.get(LOG, token)
    assert (answer.status_code, answer.json()["code"]) == (400, 4711)


def test_the_build_flows_subscription_is_listed_for_every_account(zoom: Zoom, token: str) -> None:
    for account in (COMPANY.account_id, SECOND_ACCOUNT_ID):
        asked = {"account_id": account, "subscription_scope": "account"}
        (row,) = zoom.get(SUBSCRIPTIONS, token, **asked).json()["event_subscriptions"]
        assert (row["created_source"], set(row["events"])) == ("default", set(EVENTS))


def test_the_build_flows_events_can_be_set(zoom: Zoom, token: str) -> None:
    zoom.control("app", events=["meeting.started"])
    (row,) = zoom.get(SUBSCRIPTIONS, token, **OURS).json()["event_subscriptions"]
    zoom.control("app", events=None)
    assert row["events"] == ["meeting.started"]
    assert zoom.get(SUBSCRIPTIONS, token, **OURS).json()["event_subscriptions"] == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({}, 400, 300),
        ({"account_id": "unknown"}, 400, 300),
        ({"account_id": COMPANY.account_id}, 404, 1001),  # of a user, by default
        ({"account_id": COMPANY.account_id, "user_id": "unknown"}, 404, 1001),
        ({"account_id": COMPANY.account_id, "user_id": COMPANY.owner.id}, 200, None),
        ({**OURS, "subscription_scope": "planet"}, 400, 1500),
    ],
)
def test_listing_needs_an_account_or_a_user_of_it(
    zoom: Zoom, token: str, query: dict[str, str], status: int, code: int | None
) -> None:
    answer = zoom.get(SUBSCRIPTIONS, token, **query)
    assert (answer.status_code, answer.json().get("code")) == (status, code)


def test_a_new_subscription_is_listed_for_its_account_and_can_be_deleted(
    zoom: Zoom, token: str
) -> None:
    made = send(zoom, "POST", SUBSCRIPTIONS, token, **NEW)
    key = made.json()["event_subscription_id"]
    listed = zoom.get(SUBSCRIPTIONS, token, **OURS).json()["event_subscriptions"][1]
    theirs = {**OURS, "account_id": SECOND_ACCOUNT_ID}
    others = zoom.get(SUBSCRIPTIONS, token, **theirs).json()["event_subscriptions"]
    assert made.status_code == 201
    assert (listed["event_subscription_id"], listed["created_source"]) == (key, "openapi")
    assert listed["events"] == NEW["events"]
    assert [one["created_source"] for one in others] == ["default"]
    assert send(zoom, "DELETE", f"{SUBSCRIPTIONS}/{key}", token).status_code == 204
    assert len(zoom.get(SUBSCRIPTIONS, token, **OURS).json()["event_subscriptions"]) == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"events": []}, 400, 1500),
        ({"event_webhook_url": ""}, 400, 1500),
        ({"event_webhook_url": "ftp://worksights.example.com"}, 404, 1701),
        ({"subscription_scope": "planet"}, 400, 1500),
        ({"account_id": "unknown"}, 400, 300),
        ({"user_ids": ["unknown"]}, 404, 1001),
        ({"events": ["meeting.exploded"]}, 404, 1601),
        ({"events": ["webinar.started"]}, 400, 1602),
    ],
)
def test_a_subscription_that_zoom_would_refuse_is_refused(
    zoom: Zoom, token: str, change: dict[str, Any], status: int, code: int
) -> None:
    zoom.control("app", refused_events=["webinar.started"])
    answer = send(zoom, "POST", SUBSCRIPTIONS, token, **{**NEW, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_only_subscriptions_made_here_can_be_changed(zoom: Zoom, token: str) -> None:
    key = send(zoom, "POST", SUBSCRIPTIONS, token, **NEW).json()["event_subscription_id"]
    body = {"account_id": COMPANY.account_id, "user_ids": [COMPANY.owner.id]}
    answers = [
        send(zoom, "PATCH", f"{SUBSCRIPTIONS}/{one}", token, **body)
        for one in (key, "BuildFlowSubscription0")
    ]
    assert [answer.status_code for answer in answers] == [204, 404]


def test_the_apps_calls_have_limits_of_their_own(zoom: Zoom, token: str) -> None:
    found = [zoom.get(LOG, token).status_code for _ in range(62)]
    assert (found[:60], found[60:]) == ([200] * 60, [429] * 2)


def test_wrong_controls_of_the_log_are_refused(zoom: Zoom) -> None:
    answers = [
        zoom.control("webhook-log"),
        zoom.control("webhook-log", attempts=[{"status": 503}]),
        zoom.control("webhook-log", attempts=[{"body": "", "at": "noon"}]),
    ]
    assert [answer.status_code for answer in answers] == [400] * 3
    assert json.loads(answers[0].text)["error"]
