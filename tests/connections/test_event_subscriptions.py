"""An import of users also reads what the app's event subscription lacks for each account."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.connections.event_subscriptions import NO_ADDRESS, NO_TIME, NOT_READABLE
from integration.connections.reported import reported
from integration.database.postgres import connect
from integration.zoom.kept_events import KEPT_EVENTS
from integration.zoom.needed_events import missing_events
from simulator.app import App, Subscription
from simulator.failures import Failure
from simulator.world import World
from tests.connections.accounts import (
    NOW,
    USERS_WITH_AN_ID,
    connect_accounts,
    imported,
    statuses,
)
from tests.pipeline.installation import ACCOUNTS, Installation

PAGE = "https://zoom.example.com"
HERE = f"{PAGE}/webhooks/zoom"
PATH = "/v2/marketplace/app/event_subscription"


@pytest.fixture(autouse=True)
def connections(
    installation: Installation, zoom: World, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    monkeypatch.setenv("PUBLIC_URL", PAGE)
    zoom.app.subscriptions.clear()
    yield connect_accounts(installation, zoom)
    zoom.app = App()


def read(installation: Installation) -> list[tuple[Any, ...]]:
    """(missing events, why all or none are, whether they were read) of each account."""
    return installation.execute(
        "select missing_events, subscription_detail, subscription_read_at is not null "
        "from integration.connections order by organization_id"
    )


def subscribe(zoom: World, *lacking: str, **changed: Any) -> None:
    events = [*KEPT_EVENTS - {"app_deauthorized", *lacking}]
    zoom.app.subscriptions.append(replace(Subscription(url=HERE, events=events), **changed))


def test_a_complete_subscription_lacks_nothing(installation: Installation, zoom: World) -> None:
    subscribe(zoom)
    installation.import_users(now=NOW)
    assert read(installation) == [([], None, True)] * 3


def test_missing_events_are_stored_by_account(installation: Installation, zoom: World) -> None:
    subscribe(zoom, "webinar.ended")
    subscribe(zoom, account_id=ACCOUNTS[1], source="openapi")
    installation.import_users(now=NOW)
    lacking = (["webinar.ended"], None, True)
    assert read(installation) == [lacking, ([], None, True), lacking]


def test_only_features_that_are_on_and_that_the_account_has_need_events(
    installation: Installation, zoom: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(zoom, *(one for one in KEPT_EVENTS if one.startswith(("phone", "webinar"))))
    monkeypatch.setattr(zoom.accounts[ACCOUNTS[0]], "has_phone", False)
    installation.execute(
        "insert into integration.subscription_changes (organization_id, feature, is_on, "
        "effective_from) values ('firm-0', 'webinars', false, '2026-01-01')"
    )
    installation.import_users(now=NOW)
    none, *others = read(installation)
    assert none == ([], None, True)
    assert {event.partition(".")[0] for event in others[0][0]} == {"phone", "webinar"}


def test_a_subscription_to_another_address_is_none(installation: Installation, zoom: World) -> None:
    """Everything is missing, except where webhooks arrive all the same."""
    subscribe(zoom, url="https://other.example.com/webhooks/zoom")
    hour = f"{datetime.now(UTC) - timedelta(days=2):%Y-%m-%dT%H:00:00Z}"
    installation.execute(
        "update integration.connections set received_events = jsonb_build_object('a', %s::text) "
        "where organization_id = 'firm-1'",
        [hour],
    )
    installation.import_users(now=NOW)
    said = f"Zoom lists no event subscription that sends to {HERE}."
    nothing_sends = (missing_events(()), said, True)
    assert read(installation) == [nothing_sends, (None, said, True), nothing_sends]


def test_an_app_that_may_not_read_its_subscriptions_is_said_once_and_imports_go_on(
    installation: Installation, zoom: World
) -> None:
    installation.execute(
        """update integration.connections set missing_events = '["meeting.ended"]'"""
    )
    zoom.app.scopes.clear()
    installation.import_users(now=NOW)
    said = (
        "Zoom does not let this app read its event subscriptions. For that, the app needs the "
        "permission marketplace:read:event_subscription."
    )
    assert read(installation) == [(None, said, True)] * 3
    assert statuses(installation) == [("active", None)] * 3


@pytest.mark.parametrize(
    "failure",
    [
        Failure(PATH, times=99, status=503),
        Failure(PATH, times=99, status=429),
        Failure(PATH, times=99, status=200, body="<html>"),
        Failure(PATH, times=99, status=200, body={"event_subscriptions": 7}),
        Failure(PATH, times=99, status=200,
                body={"event_subscriptions": [{}], "next_page_token": "again"}),
    ],
    ids=["down", "limit", "no json", "no list", "no end"],
)  # fmt: skip
def test_what_cannot_be_read_now_stays_as_it_was_and_stops_no_import(
    failure: Failure, installation: Installation, zoom: World
) -> None:
    installation.execute(
        """update integration.connections set missing_events = '["meeting.ended"]'"""
    )
    zoom.failures.plan(failure)
    installation.import_users(now=NOW)
    if failure.body and isinstance(failure.body, dict) and "next_page_token" in failure.body:
        assert [missing for missing, *_ in read(installation)] == [missing_events(())] * 3
    else:
        assert read(installation) == [(["meeting.ended"], None, False)] * 3
    assert statuses(installation) == [("active", None)] * 3
    assert [count for _, count in imported(installation)] == [USERS_WITH_AN_ID] * 3


def test_the_app_asks_for_one_token_of_its_own(installation: Installation, zoom: World) -> None:
    subscribe(zoom)
    zoom.calls.clear()
    installation.import_users(now=NOW)
    of_app = [one for one in zoom.calls if one.get("grant_type") == "client_credentials"]
    assert (len(of_app), sum(one["path"] == PATH for one in zoom.calls)) == (1, 3)


def test_a_server_to_server_app_reads_with_the_token_of_its_account(
    installation: Installation, zoom: World
) -> None:
    installation.execute("update integration.tokens set grant_type = 'account_credentials'")
    subscribe(zoom)
    zoom.calls.clear()
    installation.import_users(now=NOW)
    assert read(installation) == [([], None, True)] * 3
    assert "client_credentials" not in {one.get("grant_type") for one in zoom.calls}


def test_without_a_public_url_or_time_nothing_is_asked(
    installation: Installation, zoom: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not known says why; what is known stays until an import has the time."""
    subscribe(zoom)
    zoom.calls.clear()
    for address in ("", "http://127.0.0.1:8000"):
        monkeypatch.setenv("PUBLIC_URL", address)
        installation.import_users(now=NOW)
        assert read(installation) == [(None, NO_ADDRESS, True)] * 3
    monkeypatch.setenv("PUBLIC_URL", PAGE)
    monkeypatch.setenv("IMPORT_MINUTES", "1")
    installation.import_users(now=NOW)
    assert read(installation) == [(None, NO_TIME, True)] * 3
    installation.execute(
        """update integration.connections set missing_events = '["meeting.ended"]'"""
    )
    installation.import_users(now=NOW)
    assert read(installation) == [(["meeting.ended"], NO_TIME, True)] * 3
    assert PATH not in {one["path"] for one in zoom.calls}


def test_an_app_whose_own_token_is_refused_cannot_read_its_subscriptions(
    installation: Installation, zoom: World
) -> None:
    """It stayed as it was, so an alarm about missing events never ended."""
    subscribe(zoom)
    installation.import_users(now=NOW)  # the accounts' tokens are now valid for an hour
    refusal = {"error": "unauthorized_client"}
    zoom.failures.plan(Failure("/oauth/token", times=9, status=400, body=refusal))
    installation.import_users(now=NOW)
    assert read(installation) == [(None, NOT_READABLE, True)] * 3
    assert statuses(installation) == [("active", None)] * 3


@pytest.mark.parametrize(("status", "code", "lacks_phone"), [(403, 200, True), (400, 4711, False)])
def test_a_missing_permission_does_not_mean_that_there_is_no_zoom_phone(
    status: int, code: int, lacks_phone: bool, installation: Installation, zoom: World
) -> None:
    zoom.failures.plan(
        Failure("/v2/phone/users", times=9, status=status, body={"code": code, "message": "x"})
    )
    installation.import_users(now=NOW)
    assert (
        installation.execute(
            "select phone_detail is not null, lacks_phone from integration.connections"
        )
        == [(True, lacks_phone)] * 3
    )
    with connect(installation.url) as connection:
        assert ["phone" in one.features for one in reported(connection)] == [not lacks_phone] * 3
