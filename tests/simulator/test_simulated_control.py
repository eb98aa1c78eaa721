"""The controls: planned failures, expired tokens, changed users, and the list of calls."""

from __future__ import annotations

import time

from tests.simulator.zoom_client import SECOND_ACCOUNT_ID, Zoom


def test_a_planned_failure_occurs_only_as_often_as_planned(zoom: Zoom) -> None:
    access_token = zoom.connect()["access_token"]
    zoom.control(
        "fail",
        path="/v2/users",
        times=2,
        status=429,
        headers={"Retry-After": "1"},
        body={"code": 429, "message": "slow down"},
    )
    answers = [zoom.get("/v2/users", access_token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "1"
    assert answers[0].json() == {"code": 429, "message": "slow down"}


def test_failures_occur_in_the_order_they_were_planned(zoom: Zoom) -> None:
    access_token = zoom.connect()["access_token"]
    zoom.control("fail", path="/v2/users", status=503, body="not even JSON")
    zoom.control("fail", path="/v2/users", status=500)
    answers = [zoom.get("/v2/users", access_token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 500, 200]
    assert answers[0].text == "not even JSON"


def test_a_failure_of_one_account_does_not_affect_the_others(zoom: Zoom) -> None:
    zoom.control("fail", path="/v2/users", status=500, account_id=SECOND_ACCOUNT_ID)
    form = {"grant_type": "account_credentials", "account_id": SECOND_ACCOUNT_ID}
    theirs, ours = zoom.token(**form).json(), zoom.connect()
    statuses = [
        zoom.get("/v2/users", tokens["access_token"]).status_code for tokens in (ours, theirs)
    ]
    assert statuses == [200, 500]


def test_a_response_can_be_slow_without_failing(zoom: Zoom) -> None:
    access_token = zoom.connect()["access_token"]
    zoom.control("fail", path="/v2/users", delay_seconds=0.2)
    started_at = time.monotonic()
    answer = zoom.get("/v2/users", access_token)
    assert answer.status_code == 200
    assert time.monotonic() - started_at >= 0.2


def test_the_token_endpoint_can_fail_too(zoom: Zoom) -> None:
    refresh_token = zoom.connect()["refresh_token"]
    zoom.control("fail", path="/oauth/token", status=500)
    statuses = [zoom.refresh(refresh_token).status_code for _ in range(2)]
    assert statuses == [500, 200]


def test_planned_failures_can_be_cancelled(zoom: Zoom) -> None:
    access_token = zoom.connect()["access_token"]
    zoom.control("fail", path="/v2/users", status=500)
    zoom.http.delete(f"{zoom.url}/_control/fail")
    assert zoom.get("/v2/users", access_token).status_code == 200


def test_an_invalid_control_is_refused_with_the_reason(zoom: Zoom) -> None:
    answers = [
        zoom.control("fail", way="/v2/users"),
        zoom.control("users", account_id="unknown", user={"email": "a@acme-works.com"}),
        zoom.control("users", user={}),
        zoom.http.post(f"{zoom.url}/_control/users", data=b"not JSON"),
    ]
    assert [answer.status_code for answer in answers] == [400] * 4
    assert all(answer.json()["error"] for answer in answers)


def test_expired_access_is_renewed_by_a_refresh(zoom: Zoom) -> None:
    tokens = zoom.connect()
    result = zoom.control("expire-tokens").json()
    answer = zoom.get("/v2/users", tokens["access_token"])
    renewed = zoom.refresh(tokens["refresh_token"]).json()
    assert result == {"expired": 1}
    assert (answer.status_code, answer.json()["message"]) == (401, "Access token is expired.")
    assert zoom.get("/v2/users", renewed["access_token"]).status_code == 200


def test_a_revoked_grant_cannot_be_refreshed(zoom: Zoom) -> None:
    tokens = zoom.connect()
    result = zoom.control("revoke-grants").json()
    answer = zoom.refresh(tokens["refresh_token"])
    assert result == {"revoked": 1}
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_grants_of_one_account_can_be_revoked_alone(zoom: Zoom) -> None:
    tokens = zoom.connect()
    result = zoom.control("revoke-grants", account_id=SECOND_ACCOUNT_ID).json()
    assert result == {"revoked": 0}
    assert zoom.refresh(tokens["refresh_token"]).status_code == 200


def test_calls_are_listed_without_secrets(zoom: Zoom) -> None:
    code = zoom.code(state="a-secret-state")
    access_token = zoom.redeem(code).json()["access_token"]
    zoom.get("/v2/users", access_token, status="inactive")
    calls = zoom.calls()
    assert [(call["method"], call["path"]) for call in calls] == [
        ("GET", "/oauth/authorize"),
        ("POST", "/oauth/token"),
        ("GET", "/v2/users"),
    ]
    assert calls[1]["grant_type"] == "authorization_code"
    assert calls[2] == {
        "method": "GET",
        "path": "/v2/users",
        "query": {"status": "inactive"},
        "account_id": "AcmeWorksAccount000000",
    }
    assert not any(secret in str(calls) for secret in (code, access_token, "a-secret-state"))


def test_the_list_of_calls_can_be_emptied(zoom: Zoom) -> None:
    zoom.connect()
    zoom.http.delete(f"{zoom.url}/_control/calls")
    assert zoom.calls() == []


def test_a_user_can_be_added_changed_and_removed(zoom: Zoom) -> None:
    access_token = zoom.connect()["access_token"]

    def emails() -> list[str]:
        page = zoom.get("/v2/users", access_token, page_size=300).json()
        return [user["email"] for user in page["users"]]

    before = emails()
    added = zoom.control("users", user={"email": "new@acme-works.com"}).json()
    after_adding = emails()
    zoom.control("users", user={"id": added["id"], "email": "newer@acme-works.com"})
    after_change = emails()
    zoom.control("users", user={"id": added["id"]}, remove=True)
    assert len(added["id"]) == 22
    assert after_adding == [*before, "new@acme-works.com"]
    assert after_change == [*before, "newer@acme-works.com"]
    assert emails() == before


def test_a_pending_user_gets_an_id_when_the_invitation_is_accepted(zoom: Zoom) -> None:
    access_token = zoom.connect()["access_token"]
    (pending,) = zoom.get("/v2/users", access_token, status="pending").json()["users"]
    accepted = {"id": "AcceptedUser0000000000", "email": pending["email"], "status": "active"}
    zoom.control("users", user=accepted)
    active = zoom.get("/v2/users", access_token, page_size=300).json()["users"]
    assert zoom.get("/v2/users", access_token, status="pending").json()["users"] == []
    assert [user["email"] for user in active if user["id"] == accepted["id"]] == [pending["email"]]
