"""An import of users also reads what the app's event subscription lacks for each account."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from integration.zoom.kept_events import KEPT_EVENTS
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
NOTHING = [(None, None, False)] * 3


@pytest.fixture(autouse=True)
def connections(
    installation: Installation, zoom: World, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    monkeypatch.setenv("PUBLIC_URL", PAGE)
    zoom.app.subscriptions.clear()
    yield connect_accounts(installation, zoom)
    zoom.app = App()


def read(installation: Installation) -> list[tuple[Any, ...]]:
    """(missing events, why they are not known, whether they were read) of each account."""
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
    subscribe(zoom, url="https://other.example.com/webhooks/zoom")
    installation.import_users(now=NOW)
    said = f"Zoom lists no event subscription that sends to {HERE}."
    assert read(installation) == [(None, said, True)] * 3


def test_an_app_that_may_not_read_its_subscriptions_is_said_once_and_imports_go_on(
    installation: Installation, zoom: World
) -> None:
    zoom.app.scopes.clear()
    installation.import_users(now=NOW)
    said = "Zoom does not let this app read its event subscriptions."
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
        assert [missing for missing, *_ in read(installation)] == [None] * 3
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
    subscribe(zoom)
    monkeypatch.setenv("PUBLIC_URL", "")
    installation.import_users(now=NOW)
    assert read(installation) == NOTHING
    monkeypatch.setenv("PUBLIC_URL", PAGE)
    monkeypatch.setenv("IMPORT_MINUTES", "1")
    installation.import_users(now=NOW)
    assert read(installation) == NOTHING
