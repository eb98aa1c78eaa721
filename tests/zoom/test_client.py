"""Zoom's REST over real HTTP: pages, rate limits, refused tokens and errors."""

import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.zoom import http
from integration.zoom.client import ZoomClient, retry_time
from integration.zoom.errors import (
    NoZoomPhone,
    PermanentZoomError,
    TransientZoomError,
    ZoomError,
    api_error,
)
from integration.zoom.http import zoom_session
from tests.zoom.conftest import NEW_TOKEN, NOW, OLD_TOKEN, Clock, Tokens, ids_of, page

PAID_MESSAGE = "Only available for Paid user: ann@example.com"


def test_every_request_carries_the_token_and_names_the_client(
    zoom: Any, zoom_client: ZoomClient
) -> None:
    zoom.will_answer(200, {"id": "z1", "account_id": "a1"})

    assert zoom_client.me() == {"id": "z1", "account_id": "a1"}
    headers = zoom.requests[0]["headers"]
    assert (zoom.requests[0]["path"], headers["Authorization"], headers["User-Agent"]) == (
        "/v2/users/me",
        f"Bearer {OLD_TOKEN}",
        "worksights-zoom",
    )


def test_users_of_all_three_statuses_are_read_page_by_page(
    zoom: Any, zoom_client: ZoomClient
) -> None:
    zoom.will_answer(200, page("1", then="next"))
    zoom.will_answer(200, page("2"))
    zoom.will_answer(200, page("3"))
    zoom.will_answer(200, page())

    assert ids_of(zoom_client.users()) == [["1"], ["2"], ["3"], []]
    assert zoom.asked() == [
        ("/v2/users", {"status": "active", "page_size": "300"}),
        ("/v2/users", {"status": "active", "page_size": "300", "next_page_token": "next"}),
        ("/v2/users", {"status": "inactive", "page_size": "300"}),
        ("/v2/users", {"status": "pending", "page_size": "300"}),
    ]


def test_a_user_without_a_status_has_the_status_that_was_asked_for(
    zoom: Any, zoom_client: ZoomClient
) -> None:
    for number in "123":
        zoom.will_answer(200, {"users": [{"id": number}]})

    statuses = [user["status"] for users in zoom_client.users() for user in users]
    assert statuses == ["active", "inactive", "pending"]


def test_an_account_without_zoom_phone_has_its_own_error(
    zoom: Any, zoom_client: ZoomClient
) -> None:
    zoom.will_answer(403, {"code": 403, "message": "No permission."})

    with pytest.raises(NoZoomPhone):
        list(zoom_client.phone_users())


def test_a_missing_phone_scope_is_not_mistaken_for_a_missing_zoom_phone(
    zoom: Any, zoom_client: ZoomClient
) -> None:
    message = "Invalid access token, does not contain scopes:[phone:read:list_users:admin]."
    zoom.will_answer(403, {"code": 4711, "message": message})

    with pytest.raises(PermanentZoomError, match="phone:read:list_users:admin") as caught:
        list(zoom_client.phone_users())
    assert not isinstance(caught.value, NoZoomPhone)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"code": 124, "message": "Access token is expired."}),
        (400, {"code": 124, "message": "Invalid access token."}),
        (401, b"<html>"),
    ],
    ids=["expired", "as in the documentation", "not JSON"],
)
def test_a_refused_token_is_replaced_once_and_the_request_repeated(
    zoom: Any, zoom_client: ZoomClient, tokens: Tokens, status: int, body: Any
) -> None:
    zoom.will_answer(status, body)
    zoom.will_answer(200, {"id": "z1"})

    assert zoom_client.me() == {"id": "z1"}
    assert tokens.asked == [None, OLD_TOKEN]
    assert zoom.requests[1]["headers"]["Authorization"] == f"Bearer {NEW_TOKEN}"


def test_a_second_refusal_is_a_permanent_error_without_the_token(
    zoom: Any, zoom_client: ZoomClient
) -> None:
    for _ in range(2):
        zoom.will_answer(401, {"code": 124, "message": f"Invalid access token {OLD_TOKEN}."})

    with pytest.raises(PermanentZoomError, match="Reconnect the account") as caught:
        zoom_client.me()
    assert (len(zoom.requests), caught.value.status, caught.value.code) == (2, 401, 124)
    assert "made-up" not in f"{caught.value!s} {caught.value!r}"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "7"}, NOW + timedelta(seconds=7)),
        ({"Retry-After": " 1.5 "}, NOW + timedelta(seconds=1.5)),
        ({"Retry-After": "Mon, 02 Mar 2026 09:00:30 GMT"}, NOW + timedelta(seconds=30)),
        ({"Retry-After": "2026-03-03T00:00:00Z"}, datetime(2026, 3, 3, tzinfo=UTC)),
        ({"Retry-After": "2026-03-03T02:00:00+02:00"}, datetime(2026, 3, 3, tzinfo=UTC)),
        ({"Retry-After": "2026-03-03T00:00:00"}, datetime(2026, 3, 3, tzinfo=UTC)),  # no zone
        ({"X-RateLimit-Reset": "1772442005"}, NOW + timedelta(seconds=5)),
        ({"Retry-After": "7", "X-RateLimit-Reset": "1772442005"}, NOW + timedelta(seconds=7)),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "1772442005"}, NOW + timedelta(seconds=5)),
        ({"Retry-After": "9" * 30, "X-RateLimit-Reset": "9" * 30}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "9999-99-99T00:00:00Z"}, None),
        ({}, None),
    ],
)
def test_every_form_of_retry_after_is_read(
    headers: dict[str, str], expected: datetime | None
) -> None:
    assert retry_time(headers, now=NOW) == expected


@pytest.mark.parametrize(
    ("headers", "slept"),
    [
        ({"Retry_After": "7"}, [7.0]),
        ({"Retry_After": "2026-03-02T09:00:09Z"}, [9.0]),
        ({"X_RateLimit_Reset": "1772442005"}, [5.0]),
        ({"X_RateLimit_Reset": "1705312800"}, [1.0]),  # long past
        ({"Retry_After": "0"}, [1.0]),
        ({}, [1.0]),
    ],
)
def test_a_short_rate_limit_is_waited_out(
    zoom: Any, zoom_client: ZoomClient, clock: Clock, headers: dict[str, str], slept: list[float]
) -> None:
    zoom.will_answer(429, {"code": 429}, **headers)
    zoom.will_answer(200, {"id": "z1"})

    assert zoom_client.me() == {"id": "z1"}
    assert clock.sleeps == slept


def test_a_daily_limit_is_not_waited_for(zoom: Any, zoom_client: ZoomClient, clock: Clock) -> None:
    zoom.will_answer(429, {"code": 429}, Retry_After="2026-03-03T00:00:00Z")

    with pytest.raises(TransientZoomError, match="2026-03-03 00:00:00 UTC") as caught:
        zoom_client.me()
    assert (caught.value.retry_at, clock.sleeps) == (datetime(2026, 3, 3, tzinfo=UTC), [])


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry_After": "2099-01-01T00:00:00Z"},
        {"Retry_After": "999999999"},
        {"X_RateLimit_Reset": "9999999999"},
    ],
)
def test_no_wait_is_longer_than_a_day(
    zoom: Any, zoom_client: ZoomClient, headers: dict[str, str]
) -> None:
    zoom.will_answer(429, {"code": 429}, **headers)

    with pytest.raises(TransientZoomError, match="wait longer than a day") as caught:
        zoom_client.me()
    assert caught.value.retry_at == NOW + timedelta(days=1)


def test_the_waits_of_one_request_are_bounded_together(
    zoom: Any, zoom_client: ZoomClient, clock: Clock
) -> None:
    for _ in range(20):
        zoom.will_answer(429, {"code": 4001})

    with pytest.raises(TransientZoomError) as caught:
        zoom_client.me()
    assert clock.sleeps == [1, 2, 4, 8, 16]
    assert caught.value.code == 4001
    assert caught.value.retry_at == clock.now + timedelta(seconds=32)


def test_a_server_error_is_retried(zoom: Any, zoom_client: ZoomClient) -> None:
    zoom.will_answer(503, b"busy", Retry_After="2026-03-03T00:00:00Z")
    zoom.will_answer(200, {"id": "z1"})

    assert zoom_client.me() == {"id": "z1"}


def test_a_lasting_server_error_is_transient_after_a_bounded_number_of_tries(
    zoom: Any, zoom_client: ZoomClient
) -> None:
    with pytest.raises(TransientZoomError, match="HTTP 500") as caught:
        zoom_client.me()
    assert (len(zoom.requests), caught.value.status) == (1 + http.RETRIES, 500)


def test_a_server_that_does_not_exist_is_a_transient_error(tokens: Tokens) -> None:
    with socket.socket() as unheard, zoom_session() as session:
        unheard.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unheard.getsockname()[1]}"

        with pytest.raises(TransientZoomError, match="could not be reached"):
            ZoomClient(url, tokens, session=session, sleep=lambda _: None).me()


def test_a_server_that_does_not_answer_is_a_transient_error(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.05)  # 20 seconds are too long for a test
    with socket.socket() as silent, zoom_session() as session:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(TransientZoomError, match="could not be reached"):
            ZoomClient(url, tokens, session=session, sleep=lambda _: None).me()


@pytest.mark.parametrize(
    "body",
    [b"<html>", b'{"users": [', [], {}, {"users": None}, {"users": ["z1"]}],
    ids=["not JSON", "cut off", "a list", "no list of users", "null", "texts"],
)
def test_an_answer_without_a_list_is_an_error_and_not_an_empty_list(
    zoom: Any, zoom_client: ZoomClient, body: Any
) -> None:
    zoom.will_answer(200, body)

    with pytest.raises(TransientZoomError, match="could not be read"):
        list(zoom_client.users())


@pytest.mark.parametrize(
    ("status", "body", "family", "words"),
    [
        (
            400,
            {"code": 4711, "message": "does not contain scopes:[user:read:user:admin, a:b]."},
            PermanentZoomError,
            "user:read:user:admin, a:b",
        ),
        (
            400,
            {"code": "4711", "message": "?"},
            PermanentZoomError,
            "Some Zoom permissions that this integration needs are missing.",
        ),
        (400, {"code": 4700, "message": "scopes:[a:b]"}, PermanentZoomError, "a:b"),
        (400, {"code": 4700, "message": "Invalid"}, PermanentZoomError, "Reconnect the account"),
        (401, {"code": 124}, PermanentZoomError, "Reconnect the account"),
        (403, None, PermanentZoomError, "Reconnect as a Zoom admin"),
        (400, {"code": 200, "message": PAID_MESSAGE}, PermanentZoomError, "Upgrade the plan"),
        (404, {"code": 1001}, PermanentZoomError, "still exists"),
        (400, {"code": 300}, PermanentZoomError, "HTTP 400, code 300"),
        (405, "text", PermanentZoomError, "HTTP 405, code none"),
        (408, None, TransientZoomError, "HTTP 408"),
        (500, {"code": 200}, TransientZoomError, "HTTP 500"),
        (304, None, TransientZoomError, "could not be read"),
    ],
)
def test_each_kind_of_refusal_has_its_family_and_next_step(
    status: int, body: Any, family: type[ZoomError], words: str
) -> None:
    error = api_error(status, body)

    assert isinstance(error, family)
    assert words in str(error)
    assert str(error).endswith(error.next_step)
    assert error.next_step
    assert "ann@example.com" not in repr(error)


def test_only_scope_names_are_taken_from_zooms_message() -> None:
    message = "does not contain scopes:[ann@example.com, a:b:c, Bearer made-up-token]"

    error = api_error(400, {"code": 4711, "message": message})
    assert str(error).startswith("These Zoom permissions are missing: a:b:c. ")
