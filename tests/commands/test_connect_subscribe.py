"""`connect --subscribe` makes Zoom send the account's events, or says which are missing."""

from collections.abc import Iterator
from typing import Any

import pytest

from integration.zoom.kept_events import KEPT_EVENTS
from integration.zoom.needed_events import missing_events
from simulator.app import App, Subscription
from simulator.company import DEFAULT_ACCOUNT_ID
from simulator.failures import Failure
from simulator.world import World
from tests.commands.program import Answer, Program, execute, rows

PAGE = "https://zoom.example.com"
HERE = f"{PAGE}/webhooks/zoom"
PATH = "/v2/marketplace/app/event_subscription"
ALL = missing_events(())


@pytest.fixture
def acme(program: Program, world: World) -> Iterator[Program]:
    for statement in (
        "insert into worksights.organizations values ('acme', 'Acme')",
        "insert into worksights.users (user_id, organization_id, email, full_name, role) "
        "values ('admin', 'acme', 'admin@acme.example', 'A', 'admin')",
    ):
        execute(program.settings["DATABASE_URL"], statement)
    world.app.subscriptions.clear()
    yield program
    world.app = App()


def connect(program: Program, zoom_url: str, *, page: str = PAGE) -> Answer:
    return program(
        "connect", "--organization", "acme", "--zoom-account", DEFAULT_ACCOUNT_ID, "--owner",
        "admin@acme.example", "--server-to-server", "--subscribe",
        ZOOM_OAUTH_URL=zoom_url, ZOOM_API_URL=zoom_url, PUBLIC_URL=page,
    )  # fmt: skip


def is_connected(program: Program) -> bool:
    found = rows(program.settings["DATABASE_URL"], "select status from integration.connections")
    return found == [("active",)]


def subscribed(world: World) -> list[tuple[str, list[str]]]:
    return [(one.source, sorted(one.events)) for one in world.app.subscriptions]


def test_a_subscription_is_created_for_the_whole_account(
    acme: Program, world: World, zoom_url: str
) -> None:
    answer = connect(acme, zoom_url)
    assert answer.code == 0, answer.err
    assert f"Subscribed to {len(ALL)} events, which Zoom now sends to {HERE}." in answer.out
    (made,) = world.app.subscriptions
    assert (made.url, made.account_id, made.name) == (HERE, DEFAULT_ACCOUNT_ID, "WorkSights")
    assert subscribed(world) == [("openapi", sorted(ALL))]
    assert missing_events(made.events) == []


def test_a_second_time_only_what_is_missing_is_subscribed_to(
    acme: Program, world: World, zoom_url: str
) -> None:
    """Zoom has no way to add an event to a subscription."""
    connect(acme, zoom_url)
    world.app.subscriptions[0].events.remove("webinar.ended")
    assert "Subscribed to 1 event," in connect(acme, zoom_url).out
    assert subscribed(world)[1] == ("openapi", ["webinar.ended"])
    answer = connect(acme, zoom_url)
    assert (answer.code, len(world.app.subscriptions)) == (0, 2)
    assert f"The event subscription to {HERE} is complete." in answer.out


def test_a_subscription_to_another_address_does_not_count(
    acme: Program, world: World, zoom_url: str
) -> None:
    world.app.subscriptions.append(Subscription(url="https://other.example.com/hook"))
    assert "Subscribed to" in connect(acme, zoom_url).out
    assert [source for source, _ in subscribed(world)] == ["default", "openapi"]


def test_a_subscription_of_the_marketplace_is_left_alone_and_what_it_lacks_is_named(
    acme: Program, world: World, zoom_url: str
) -> None:
    world.app.subscriptions.append(
        Subscription(url=HERE, events=[*KEPT_EVENTS - {"webinar.ended"}])
    )
    answer = connect(acme, zoom_url)
    assert answer.is_a_plain_refusal
    assert "It lacks these events: webinar.ended. Add them there." in answer.err
    assert (is_connected(acme), len(world.app.subscriptions)) == (True, 1)
    world.app.subscriptions[0].events.append("webinar.ended")
    answer = connect(acme, zoom_url)
    assert (answer.code, len(world.app.subscriptions)) == (0, 1)
    assert "is complete" in answer.out


def test_an_account_without_zoom_phone_is_subscribed_to_the_rest(
    acme: Program, world: World, zoom_url: str
) -> None:
    """An app for it cannot have the scopes of calls."""
    world.app.refused_events |= {event for event in KEPT_EVENTS if event.startswith("phone.")}
    answer = connect(acme, zoom_url)
    assert answer.code == 0, answer.err
    assert "Phone calls will not be received: Zoom does not allow the app" in answer.out
    ((source, events),) = subscribed(world)
    assert (source, {event.partition(".")[0] for event in events}) == (
        "openapi", {"meeting", "webinar", "user"},
    )  # fmt: skip


def stored(program: Program) -> list[tuple[Any, ...]]:
    """(missing events, whether the subscription is not the Marketplace's, what was left out)"""
    return rows(
        program.settings["DATABASE_URL"],
        "select missing_events, subscription_is_ours, features_left_out "
        "from integration.connections where subscription_read_at is not null",
    )


def test_what_was_left_out_is_remembered_until_it_is_allowed(
    acme: Program, world: World, zoom_url: str
) -> None:
    """The next import reported the account's missing webinars for ever."""
    webinars = {event for event in KEPT_EVENTS if event.startswith("webinar.")}
    world.app.refused_events |= webinars
    connect(acme, zoom_url)
    assert stored(acme) == [([], True, ["webinars"])]
    world.app.refused_events -= webinars
    assert f"Subscribed to {len(webinars)} events" in connect(acme, zoom_url).out
    assert stored(acme) == [([], True, [])]


def test_what_the_marketplace_lacks_is_stored_at_once(
    acme: Program, world: World, zoom_url: str
) -> None:
    events = [*KEPT_EVENTS - {"webinar.ended"}]
    world.app.subscriptions.append(Subscription(url=HERE, events=events))
    connect(acme, zoom_url)
    assert stored(acme) == [(["webinar.ended"], False, [])]


def test_features_that_the_account_lacks_or_that_are_off_need_no_events(
    acme: Program, world: World, zoom_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It failed for each account without Zoom Phone whose app has only the other events."""
    monkeypatch.setattr(world.accounts[DEFAULT_ACCOUNT_ID], "has_phone", False)
    execute(
        acme.settings["DATABASE_URL"],
        "insert into integration.subscription_changes (organization_id, feature, is_on, "
        "effective_from) values ('acme', 'webinars', false, '2026-01-01')",
    )
    events = [one for one in KEPT_EVENTS if not one.startswith(("phone", "webinar"))]
    world.app.subscriptions.append(Subscription(url=HERE, events=events))
    answer = connect(acme, zoom_url)
    assert answer.code == 0, answer.err
    assert "is complete" in answer.out


def test_without_the_scopes_of_meetings_nothing_is_subscribed_to(
    acme: Program, world: World, zoom_url: str
) -> None:
    world.app.refused_events.add("meeting.participant_joined")
    answer = connect(acme, zoom_url)
    assert answer.is_a_plain_refusal
    assert "The account is connected, but its event subscription was not created." in answer.err
    assert "receive meeting.participant_joined. Add its scope to the app" in answer.err
    assert (is_connected(acme), subscribed(world)) == (True, [])


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (Failure(PATH, times=2, status=404, body={"code": 1701, "message": "x"}),
         "could not validate the webhook URL. Check that"),
        (Failure(PATH, times=9, status=503), "Zoom is having problems (HTTP 503). Repeat"),
    ],
    ids=["url", "down"],
)  # fmt: skip
def test_when_zoom_refuses_the_account_stays_connected(
    failure: Failure, words: str, acme: Program, world: World, zoom_url: str
) -> None:
    world.failures.plan(failure)
    answer = connect(acme, zoom_url)
    assert answer.is_a_plain_refusal
    assert words in answer.err
    assert is_connected(acme)


@pytest.mark.parametrize("page", ["http://zoom.example.com", ""])
def test_an_address_that_zoom_cannot_send_to_is_refused_before_anything_is_done(
    page: str, acme: Program, world: World, zoom_url: str
) -> None:
    answer = connect(acme, zoom_url, page=page)
    assert answer.is_a_plain_refusal
    assert "PUBLIC_URL" in answer.err
    assert (is_connected(acme), subscribed(world)) == (False, [])
