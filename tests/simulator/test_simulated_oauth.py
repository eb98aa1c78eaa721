"""OAuth as in Zoom: codes that work once, refresh tokens that rotate, grants that end."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from simulator.world import SCOPES, make_world
from tests.simulator.zoom_client import CLIENT, REDIRECT, SECOND_ACCOUNT_ID, Zoom

INVALID_GRANT = {"reason": "Invalid Token!", "error": "invalid_grant"}


def query_of(answer: requests.Response) -> dict[str, list[str]]:
    return parse_qs(urlsplit(answer.headers["location"]).query)


def test_consent_redirects_back_with_a_code_and_the_state(zoom: Zoom) -> None:
    answer = zoom.authorize(state="a state & more")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(REDIRECT + "?")
    assert query_of(answer)["state"] == ["a state & more"]
    assert query_of(answer)["code"]


def test_a_redirect_address_keeps_its_own_query(zoom: Zoom) -> None:
    answer = zoom.authorize(redirect_uri=f"{REDIRECT}?a=1")
    assert query_of(answer).keys() == {"a", "code"}


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "another-client"},
        {"response_type": "token"},
        {"redirect_uri": "javascript:alert(1)"},
        {"code_challenge_method": "S512"},
    ],
)
def test_a_wrong_request_for_consent_is_refused(zoom: Zoom, change: dict[str, str]) -> None:
    answer = zoom.authorize(**change)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


def test_a_denied_consent_redirects_back_with_the_error(zoom: Zoom) -> None:
    by_query = zoom.authorize(state="s", deny="")
    zoom.control("authorize", deny=True)
    by_control = zoom.authorize(state="s")
    assert (
        query_of(by_query) == query_of(by_control) == {"error": ["access_denied"], "state": ["s"]}
    )


def test_a_code_is_exchanged_for_tokens_of_the_account(zoom: Zoom) -> None:
    tokens = zoom.connect()
    assert tokens.keys() == {
        "access_token",
        "refresh_token",
        "token_type",
        "expires_in",
        "scope",
        "api_url",
    }
    assert (tokens["token_type"], tokens["expires_in"], tokens["api_url"]) == (
        "bearer",
        3599,
        zoom.url,
    )
    me = zoom.get("/v2/users/me", tokens["access_token"]).json()
    assert (me["account_id"], me["email"], me["role_name"]) == (
        "AcmeWorksAccount000000",
        "olivia.hart@acme-works.com",
        "Owner",
    )


def test_a_code_works_once(zoom: Zoom) -> None:
    code = zoom.code()
    answers = [zoom.redeem(code).status_code for _ in range(2)]
    assert answers == [200, 400]


def test_a_code_expires_after_five_minutes(zoom: Zoom, clock: list[float]) -> None:
    code = zoom.code()
    clock[0] += 301
    assert zoom.redeem(code).json()["error"] == "invalid_grant"


def test_a_code_is_bound_to_its_redirect_address(zoom: Zoom) -> None:
    answer = zoom.redeem(zoom.code(), redirect_uri="http://127.0.0.1:1/other")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_challenged_code_needs_its_verifier(zoom: Zoom) -> None:
    verifier = "a-verifier-that-only-the-client-of-the-tests-knows"
    hashed = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(hashed).decode().rstrip("=")
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    answers = [
        zoom.redeem(zoom.code(**asked), **form).status_code
        for form in ({}, {"code_verifier": "a guess"}, {"code_verifier": verifier})
    ]
    assert answers == [400, 400, 200]


def test_refreshing_gives_a_new_refresh_token_and_invalidates_the_old_one(zoom: Zoom) -> None:
    first = zoom.connect()
    second = zoom.refresh(first["refresh_token"]).json()
    again = zoom.refresh(first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    assert (again.status_code, again.json()) == (400, INVALID_GRANT)
    assert zoom.refresh(second["refresh_token"]).status_code == 200


def test_access_expires_after_an_hour(zoom: Zoom, clock: list[float]) -> None:
    access_token = zoom.connect()["access_token"]
    clock[0] += 3600
    answer = zoom.get("/v2/users/me", access_token)
    assert (answer.status_code, answer.json()) == (
        401,
        {"code": 124, "message": "Access token is expired."},
    )


def test_a_new_consent_invalidates_the_tokens_of_the_one_before(zoom: Zoom) -> None:
    earlier = zoom.connect()
    later = zoom.connect()
    assert zoom.refresh(earlier["refresh_token"]).json() == INVALID_GRANT
    assert zoom.get("/v2/users", earlier["access_token"]).status_code == 401
    assert zoom.get("/v2/users", later["access_token"]).status_code == 200


def test_revoking_one_token_ends_the_whole_grant(zoom: Zoom) -> None:
    tokens = zoom.connect()
    form = {"token": tokens["access_token"]}
    answer = zoom.http.post(f"{zoom.url}/oauth/revoke", data=form, auth=CLIENT)
    assert answer.json() == {"status": "success"}
    assert zoom.get("/v2/users", tokens["access_token"]).status_code == 401
    assert zoom.refresh(tokens["refresh_token"]).json() == INVALID_GRANT


def test_server_to_server_gives_access_to_the_named_account_and_no_refresh_token(
    zoom: Zoom,
) -> None:
    tokens = zoom.token(grant_type="account_credentials", account_id=SECOND_ACCOUNT_ID).json()
    me = zoom.get("/v2/users/me", tokens["access_token"]).json()
    assert "refresh_token" not in tokens
    assert me["account_id"] == SECOND_ACCOUNT_ID


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "account_credentials", "account_id": "unknown"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "made up"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "made up"}, "invalid_grant"),
    ],
)
def test_a_grant_that_zoom_does_not_know_is_refused(
    zoom: Zoom, form: dict[str, str], error: str
) -> None:
    answer = zoom.token(**form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize("auth", [None, ("the-client", "a guess"), ("other", "the-client-secret")])
def test_only_the_client_gets_tokens(zoom: Zoom, auth: tuple[str, str] | None) -> None:
    form = {"grant_type": "account_credentials", "account_id": SECOND_ACCOUNT_ID}
    answer = zoom.http.post(f"{zoom.url}/oauth/token", data=form, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_consent_can_be_given_by_another_account(zoom: Zoom) -> None:
    zoom.control("authorize", account_id=SECOND_ACCOUNT_ID)
    me = zoom.get("/v2/users/me", zoom.connect()["access_token"]).json()
    assert me["account_id"] == SECOND_ACCOUNT_ID


def test_consent_can_be_given_by_another_user_and_for_fewer_scopes(zoom: Zoom) -> None:
    account = next(iter(zoom.world.accounts.values()))
    member = next(one for one in account.company.active if one.zoom_role == "Member")
    zoom.control("authorize", user_id=member.id, scope="user:read:user:admin")
    tokens = zoom.connect()
    me = zoom.get("/v2/users/me", tokens["access_token"]).json()
    assert (me["id"], me["role_name"], me["role_id"]) == (member.id, "Member", "2")
    assert tokens["scope"] == "user:read:user:admin"


def test_a_consent_page_names_the_accounts_and_scopes_and_is_answered_by_its_form(
    zoom: Zoom,
) -> None:
    zoom.world.asks_for_consent = True
    page = zoom.authorize(state="s")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert [text for text in (SECOND_ACCOUNT_ID, *SCOPES.split()) if text not in page.text] == []
    answers = {
        choice: zoom.http.post(
            page.url, data={"account": SECOND_ACCOUNT_ID, "answer": choice}, allow_redirects=False
        )
        for choice in ("allow", "decline")
    }
    assert query_of(answers["decline"]) == {"error": ["access_denied"], "state": ["s"]}
    tokens = zoom.redeem(query_of(answers["allow"])["code"][0]).json()
    assert zoom.get("/v2/users/me", tokens["access_token"]).json()["account_id"] == (
        SECOND_ACCOUNT_ID
    )


def test_withdrawn_access_comes_back_with_a_new_consent(zoom: Zoom) -> None:
    account = {"grant_type": "account_credentials", "account_id": next(iter(zoom.world.accounts))}
    access_token = zoom.token(**account).json()["access_token"]
    assert zoom.control("withdraw").status_code == 204
    assert zoom.get("/v2/users", access_token).status_code == 401
    assert zoom.token(**account).json() == INVALID_GRANT
    zoom.connect()
    assert zoom.token(**account).status_code == 200


def test_tokens_stay_valid_when_the_simulator_restarts(zoom: Zoom, tmp_path: Path) -> None:
    zoom.world.state_file = tmp_path / "tokens.json"
    refresh_token = zoom.connect()["refresh_token"]
    restarted = make_world(
        [account.company for account in zoom.world.accounts.values()],
        client_id=CLIENT[0],
        client_secret=CLIENT[1],
        state_file=zoom.world.state_file,
    )
    assert restarted.grants.refresh(refresh_token).access_token
