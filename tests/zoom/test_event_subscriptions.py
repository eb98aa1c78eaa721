"""The app's event subscriptions, read and created through the simulated API."""

from collections.abc import Iterator

import pytest

from integration.zoom.errors import PermanentZoomError, TransientZoomError
from integration.zoom.event_subscriptions import (
    EventNotAllowed,
    EventSubscription,
    create_subscription,
    is_same_address,
    read_subscriptions,
)
from simulator.app import Subscription
from simulator.company import DEFAULT_ACCOUNT_ID, build_company
from simulator.failures import Failure
from simulator.running import running
from simulator.world import World, make_world

PATH = "/v2/marketplace/app/event_subscription"
HERE = "https://zoom.example.com/webhooks/zoom"


@pytest.fixture(scope="module")
def zoom() -> Iterator[tuple[World, str]]:
    world = make_world([build_company(users=10)], client_id="app", client_secret="secret")
    with running(world) as url:
        yield world, url


@pytest.fixture(autouse=True)
def _reset(zoom: tuple[World, str]) -> Iterator[None]:
    zoom[0].app.subscriptions.clear()
    yield
    zoom[0].app.refused_events.clear()
    zoom[0].failures.clear()


def listed(zoom: tuple[World, str], token: str | None = None) -> list[EventSubscription]:
    token = token or zoom[0].grants.issue_for_app().access_token
    return read_subscriptions(zoom[1], token, account_id=DEFAULT_ACCOUNT_ID, user_id=None)


def create(zoom: tuple[World, str], *events: str) -> None:
    create_subscription(
        zoom[1],
        zoom[0].grants.issue_for_app().access_token,
        account_id=DEFAULT_ACCOUNT_ID,
        name="WorkSights",
        url=HERE,
        events=events,
    )


def test_a_created_subscription_is_listed_as_ours(zoom: tuple[World, str]) -> None:
    create(zoom, "meeting.ended", "meeting.started")
    events = frozenset({"meeting.ended", "meeting.started"})
    assert listed(zoom) == [EventSubscription(HERE, events, is_ours=True)]


def test_all_pages_of_the_list_are_read(zoom: tuple[World, str]) -> None:
    zoom[0].app.subscriptions += [
        Subscription(url=f"{HERE}/{number}", events=["meeting.ended"]) for number in range(45)
    ]
    found = listed(zoom)
    assert (len(found), {one.is_ours for one in found}) == (45, {False})


def test_a_subscription_of_single_users_does_not_count(zoom: tuple[World, str]) -> None:
    row = {"event_webhook_url": HERE, "events": ["meeting.ended"], "subscription_scope": "user"}
    body = {"event_subscriptions": [{**row, "created_source": "openapi"}, row, "nonsense"]}
    zoom[0].failures.plan(Failure(PATH, status=200, body=body))
    assert listed(zoom) == [EventSubscription(HERE, frozenset({"meeting.ended"}), is_ours=False)]


def test_the_token_of_a_server_to_server_app_is_enough(zoom: tuple[World, str]) -> None:
    assert listed(zoom, zoom[0].grants.issue_for_account(DEFAULT_ACCOUNT_ID).access_token) == []


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (400, {"code": 4711, "message": "Invalid access token, does not contain scopes:[a:b]."},
         PermanentZoomError, "a:b"),
        (404, {"code": 1701, "message": "The event webhook url validate failed: x"},
         PermanentZoomError, "could not validate the webhook URL"),
        (404, {"code": 1601, "message": "App event not exists: meeting.ended"},
         EventNotAllowed, "meeting.ended"),
        (400, {"code": 1602, "message": "The event is not allowed for the app: phone.caller_ended"},
         EventNotAllowed, "phone.caller_ended"),
        (400, {"code": 1602, "message": ["?"]}, EventNotAllowed, "one of the events"),
        (429, {"code": 429}, TransientZoomError, "request limit"),
        (503, {}, TransientZoomError, "HTTP 503"),
        (200, {"event_subscriptions": "none"}, TransientZoomError, "could not be read"),
        (200, {}, TransientZoomError, "could not be read"),
    ],
)  # fmt: skip
def test_each_refusal_has_words_for_it(
    status: int, body: object, kind: type[Exception], words: str, zoom: tuple[World, str]
) -> None:
    zoom[0].failures.plan(Failure(PATH, status=status, body=body, times=9))
    with pytest.raises(kind, match=words):
        listed(zoom)


def test_an_event_that_is_not_allowed_is_named(zoom: tuple[World, str]) -> None:
    zoom[0].app.refused_events.add("webinar.ended")
    with pytest.raises(EventNotAllowed) as refused:
        create(zoom, "meeting.ended", "webinar.ended")
    assert refused.value.event == "webinar.ended"
    assert "Add its scope to the app" in str(refused.value)
    assert listed(zoom) == []


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (HERE, True),
        ("https://ZOOM.example.com:443/webhooks/zoom/", True),
        ("https://zoom.example.com/webhooks", False),
        ("https://zoom.example.com:8443/webhooks/zoom", False),
        ("https://other.example.com/webhooks/zoom", False),
        ("https://[bad/webhooks/zoom", False),
        ("", False),
    ],
)
def test_addresses_are_compared_as_zoom_would_reach_them(other: str, expected: bool) -> None:
    assert is_same_address(other, HERE) is expected
