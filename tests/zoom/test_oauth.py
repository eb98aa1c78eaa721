"""OAuth over real HTTP: what is sent to Zoom, and how its responses are read."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integration.zoom import oauth
from integration.zoom.errors import PermanentZoomError, TransientZoomError, ZoomError, oauth_error
from integration.zoom.oauth import Grant

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
APP: dict[str, Any] = {"client_id": "app-id", "client_secret": "made-up-secret", "now": NOW}
TOKENS = {
    "access_token": "made-up-access",
    "token_type": "bearer",
    "refresh_token": "made-up-refresh",
    "expires_in": 3599,
    "scope": "user:read:user:admin",
    "api_url": "https://api-eu.zoom.us/",
}
GRANT = Grant(
    access_token="made-up-access",
    refresh_token="made-up-refresh",
    expires_at=NOW + timedelta(seconds=3599),
    api_url="https://api-eu.zoom.us",
    scope="user:read:user:admin",
)
Call = Callable[[str], Any]


def exchange(url: str) -> Grant:
    return oauth.exchange_code(
        url, code="made-up-code", redirect_uri="https://ours/cb", code_verifier="v" * 43, **APP
    )


def refresh(url: str) -> Grant:
    return oauth.refresh(url, refresh_token="made-up-old", **APP)


def account_credentials(url: str) -> Grant:
    return oauth.account_credentials(url, account_id="acc-1", **APP)


def revoke(url: str) -> None:
    return oauth.revoke(url, token="made-up-access", **APP)


def test_the_admin_is_sent_to_zoom_with_a_state_and_a_challenge_but_no_scope() -> None:
    # The verifier and its challenge are the example of RFC 7636, appendix B.
    url = oauth.authorize_url(
        "https://zoom.us",
        client_id="app-id",
        redirect_uri="https://ours/cb?a=b",
        state="s&t",
        code_verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    )

    assert url.startswith("https://zoom.us/oauth/authorize?")
    assert parse_qs(urlsplit(url).query) == {
        "response_type": ["code"],
        "client_id": ["app-id"],
        "redirect_uri": ["https://ours/cb?a=b"],
        "state": ["s&t"],
        "code_challenge": ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
        "code_challenge_method": ["S256"],
    }


@pytest.mark.parametrize(
    ("call", "path", "form"),
    [
        (
            exchange,
            "/oauth/token",
            {
                "grant_type": "authorization_code",
                "code": "made-up-code",
                "redirect_uri": "https://ours/cb",
                "code_verifier": "v" * 43,
            },
        ),
        (
            refresh,
            "/oauth/token",
            {"grant_type": "refresh_token", "refresh_token": "made-up-old"},
        ),
        (
            account_credentials,
            "/oauth/token",
            {"grant_type": "account_credentials", "account_id": "acc-1"},
        ),
        (revoke, "/oauth/revoke", {"token": "made-up-access"}),
    ],
)
def test_secrets_go_into_the_header_and_the_form_and_never_into_the_address(
    zoom: Any, call: Call, path: str, form: dict[str, str]
) -> None:
    zoom.will_answer(200, TOKENS)

    call(zoom.url)

    basic = base64.b64encode(b"app-id:made-up-secret").decode()
    assert zoom.asked() == [(path, form)]
    assert zoom.requests[0]["method"] == "POST"
    assert zoom.requests[0]["headers"]["Authorization"] == f"Basic {basic}"


@pytest.mark.parametrize("call", [exchange, refresh, account_credentials])
def test_a_grant_contains_everything_that_zoom_sent(zoom: Any, call: Call) -> None:
    zoom.will_answer(200, TOKENS)

    assert call(zoom.url) == GRANT


def test_a_server_to_server_grant_has_no_refresh_token(zoom: Any) -> None:
    zoom.will_answer(200, {k: v for k, v in TOKENS.items() if k != "refresh_token"})

    assert account_credentials(zoom.url).refresh_token is None


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [(3600, 3600), ("3599", 3599), (None, 3600), ("soon", 3600), (-1, 3600), (10**30, 3600)],
)
def test_a_renewed_pair_is_kept_whatever_its_lifetime_looks_like(
    zoom: Any, expires_in: Any, seconds: int
) -> None:
    zoom.will_answer(200, {**TOKENS, "expires_in": expires_in, "scope": None, "api_url": None})

    assert refresh(zoom.url) == Grant(
        access_token="made-up-access",
        refresh_token="made-up-refresh",
        expires_at=NOW + timedelta(seconds=seconds),
        api_url=None,
        scope="",
    )


def test_a_grant_does_not_show_its_tokens() -> None:
    assert "made-up" not in f"{GRANT!r} {GRANT!s}"


@pytest.mark.parametrize("body", [b"<html>", [], {}, {"access_token": None}])
def test_an_answer_without_a_token_is_a_transient_error(zoom: Any, body: Any) -> None:
    zoom.will_answer(200, body)

    with pytest.raises(TransientZoomError, match="could not be read"):
        refresh(zoom.url)


@pytest.mark.parametrize(
    ("sent", "used"),
    [
        ("https://api.zoom.us", "https://api.zoom.us"),
        ("https://API-EU.zoom.us/", "https://api-eu.zoom.us"),
        ("https://zoom.us:443", "https://zoom.us"),
        ("http://api.zoom.us", None),
        ("https://api.zoom.us.attacker.example", None),
        ("https://notzoom.us", None),
        ("https://api.zoom.us@attacker.example", None),
        ("https://attacker.example#.zoom.us", None),
        ("https://attacker.example\\.zoom.us", None),
        ("https://api.zoom.us:8443", None),
        ("https://api.zoom.us/v2", None),
        ("https://[::1", None),
        ("file:///etc/passwd", None),
        ("", None),
        (7, None),
    ],
)
def test_only_an_https_address_of_zoom_is_used_for_the_api(
    zoom: Any, sent: Any, used: str | None
) -> None:
    zoom.will_answer(200, {**TOKENS, "api_url": sent})

    assert refresh(zoom.url).api_url == used


def test_a_refusal_in_an_answer_of_200_is_a_refusal(zoom: Any) -> None:
    zoom.will_answer(200, {"error": "invalid_grant", "reason": "Invalid Token!"})

    with pytest.raises(PermanentZoomError, match="no longer accepts"):
        refresh(zoom.url)


def test_a_refresh_that_reached_zoom_is_not_repeated(zoom: Any) -> None:
    zoom.will_answer(502, b"bad gateway")

    with pytest.raises(TransientZoomError, match="HTTP 502"):
        refresh(zoom.url)
    assert len(zoom.requests) == 1


@pytest.mark.parametrize(
    ("headers", "retry_at"),
    [
        ({"Retry_After": "2026-03-03T00:00:00Z"}, datetime(2026, 3, 3, tzinfo=UTC)),
        ({"Retry_After": "2099-01-01T00:00:00Z"}, NOW + timedelta(days=1)),
        ({}, NOW + timedelta(seconds=60)),
    ],
)
def test_a_rate_limit_says_when_to_retry(
    zoom: Any, headers: dict[str, str], retry_at: datetime
) -> None:
    zoom.will_answer(429, {"code": 429}, **headers)

    with pytest.raises(TransientZoomError) as caught:
        refresh(zoom.url)
    assert caught.value.retry_at == retry_at


def test_an_ended_grant_asks_for_a_reconnection_and_names_no_token(zoom: Any) -> None:
    zoom.will_answer(400, {"reason": "Invalid Token! made-up-old", "error": "invalid_grant"})

    with pytest.raises(PermanentZoomError) as caught:
        refresh(zoom.url)
    assert (caught.value.status, caught.value.code) == (400, "invalid_grant")
    assert caught.value.next_step == "Reconnect the account."
    assert "made-up" not in f"{caught.value!s} {caught.value!r}"


@pytest.mark.parametrize(
    ("status", "body", "family", "words"),
    [
        (400, {"error": "invalid_grant"}, PermanentZoomError, "Reconnect the account"),
        (400, {"code": 4741}, PermanentZoomError, "Reconnect the account"),
        (401, {"error": "invalid_client"}, PermanentZoomError, "correct them in its settings"),
        (400, {"errorCode": "4738"}, PermanentZoomError, "enable it"),
        (400, {"code": 4733}, PermanentZoomError, "to start again"),
        (400, {"reason": "Redirect mismatch (4,709)"}, PermanentZoomError, "callback to the app"),
        (400, {"code": 4711}, PermanentZoomError, "Reconnect the account"),
        (400, {"error": "invalid_request"}, PermanentZoomError, "HTTP 400, invalid_request"),
        (400, {"error": "Not a word: secret"}, PermanentZoomError, "HTTP 400, no code"),
        (404, None, PermanentZoomError, "HTTP 404, no code"),
        (500, {"error": "invalid_grant"}, TransientZoomError, "HTTP 500"),
        (302, None, TransientZoomError, "could not be read"),
    ],
)
def test_each_refusal_of_the_token_endpoint_has_its_family_and_next_step(
    status: int, body: Any, family: type[ZoomError], words: str
) -> None:
    with pytest.raises(family, match=words) as caught:
        raise oauth_error(status, body)
    assert str(caught.value).endswith(caught.value.next_step)
    assert caught.value.next_step
