"""The user lists: by status, paged so that each user is seen once, for the token's own account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.company import build_company
from tests.simulator.zoom_client import SECOND_ACCOUNT_ID, Zoom


@pytest.fixture
def access_token(zoom: Zoom) -> str:
    return zoom.connect()["access_token"]


def pages(zoom: Zoom, path: str, access_token: str, **query: Any) -> Iterator[dict[str, Any]]:
    token = ""
    while True:
        page = zoom.get(path, access_token, next_page_token=token, **query).json()
        yield page
        token = page["next_page_token"]
        if not token:
            return


def test_paging_visits_each_user_once(zoom: Zoom, access_token: str) -> None:
    seen = list(pages(zoom, "/v2/users", access_token, page_size=4))
    ids = [user["id"] for page in seen for user in page["users"]]
    assert ids == [user.id for user in build_company().active]
    assert {(page["page_count"], page["total_records"]) for page in seen} == {(6, 21)}
    assert [page["page_number"] for page in seen] == [1, 2, 3, 4, 5, 6]


def test_each_status_is_a_list_of_its_own(zoom: Zoom, access_token: str) -> None:
    users = {
        status: zoom.get("/v2/users", access_token, status=status).json()["users"]
        for status in ("active", "inactive", "pending")
    }
    assert {status: len(found) for status, found in users.items()} == {
        "active": 21,
        "inactive": 2,
        "pending": 1,
    }
    assert all(user["status"] == status for status, found in users.items() for user in found)
    assert "id" not in users["pending"][0]


@pytest.mark.parametrize(
    "query",
    [
        {"page_size": 301},
        {"page_size": 0},
        {"page_size": "many"},
        {"status": "asleep"},
        {"next_page_token": "made up"},
    ],
)
def test_a_query_that_zoom_would_refuse_is_refused(
    zoom: Zoom, access_token: str, query: dict[str, Any]
) -> None:
    answer = zoom.get("/v2/users", access_token, **query)
    assert (answer.status_code, answer.json()["code"]) == (400, 300)


def test_a_page_token_expires_after_fifteen_minutes_and_is_valid_for_no_other_list(
    zoom: Zoom, access_token: str, clock: list[float]
) -> None:
    token = zoom.get("/v2/users", access_token, page_size=4).json()["next_page_token"]
    other = zoom.get("/v2/phone/users", access_token, next_page_token=token)
    clock[0] += 901
    stale = zoom.get("/v2/users", access_token, next_page_token=token)
    assert (other.json()["code"], stale.json()["code"]) == (300, 300)


def test_one_user_is_found_by_id_and_by_email(zoom: Zoom, access_token: str) -> None:
    owner = build_company().owner
    answers = [
        zoom.get(f"/v2/users/{key}", access_token).json() for key in (owner.id, owner.email, "me")
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["account_id"] == "AcmeWorksAccount000000"


def test_an_unknown_user_is_not_found(zoom: Zoom, access_token: str) -> None:
    answer = zoom.get("/v2/users/unknown", access_token)
    assert (answer.status_code, answer.json()) == (
        404,
        {"code": 1001, "message": "User does not exist: unknown."},
    )


def test_phone_users_carry_their_extension(zoom: Zoom, access_token: str) -> None:
    seen = list(pages(zoom, "/v2/phone/users", access_token, page_size=3))
    users = [user for page in seen for user in page["users"]]
    lines = [(user.id, user.email, user.line) for user in build_company().users if user.line]
    assert [
        (user["id"], user["email"], user["extension_id"], user["extension_number"])
        for user in users
    ] == [(id_, email, line.extension_id, line.extension_number) for id_, email, line in lines]
    assert len(users) == 7


def test_an_account_without_phone_cannot_list_phone_users(zoom: Zoom) -> None:
    form = {"grant_type": "account_credentials", "account_id": SECOND_ACCOUNT_ID}
    access_token = zoom.token(**form).json()["access_token"]
    assert zoom.get("/v2/phone/users", access_token).status_code == 403


@pytest.mark.parametrize("path", ["/v2/users", "/v2/users/me", "/v2/phone/users"])
def test_reading_requires_a_valid_token(zoom: Zoom, path: str) -> None:
    answer = zoom.get(path, "made up")
    assert (answer.status_code, answer.json()) == (
        401,
        {"code": 124, "message": "Invalid access token."},
    )
