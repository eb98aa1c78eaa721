"""What Zoom does not report of an account, in words with the next step."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.causes.cause import Reader, Words
from integration.causes.reported import Missing, causes_of_reported, missing_of
from integration.causes.table import words_of
from integration.zoom.scopes import Purpose, names_of
from tests.causes.reported_accounts import account

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
READER = Reader(True, "https://w/zoom")


def words(
    *, permissions: str = "", features: str = "", events: str = "", **changed: Any
) -> list[Words]:
    one = Missing(account(**changed), permissions.split(), features.split(), events.split())
    return [words_of(cause, READER) for cause in causes_of_reported([one])]


def test_a_missing_permission_is_named_with_what_is_lost() -> None:
    (said,) = words(permissions="webinar:read:webinar:admin", features="webinars", label="Acme")
    assert said == Words(
        "Zoom account Acme has not granted all permissions",
        "These permissions are missing: webinar:read:webinar:admin. Reconnect the account and keep "
        "all permissions selected. If one is not listed, add it to the app in the Zoom Marketplace "
        "first. If the account has no webinars, switch them off on the Features page.",
        "This account's webinars can be missing from timelines, or incomplete.",
        said.step,
    )
    assert said.step.label == "Reconnect"


def test_an_own_app_is_changed_instead_of_reconnected() -> None:
    (said,) = words(permissions="a:b", features="phone meetings", is_server_to_server=True)
    assert "Add them to the app in the Zoom Marketplace and activate the app again." in said.text
    assert said.text.endswith("has no phone calls, switch them off on the Features page.")
    assert said.step.label == "Open Connections"


@pytest.mark.parametrize(
    ("events", "title", "lost"),
    [
        ("meeting.ended webinar.started", "everything about the meetings and webinars", "missing"),
        ("meeting.ended webinar.ended phone.caller_ended user.updated",
         "everything about the meetings, webinars and phone calls", "missing from timelines"),
        ("user.updated", "changes to the users", "up to 6 hours later"),
    ],
)  # fmt: skip
def test_missing_events_are_named_with_what_is_lost(events: str, title: str, lost: str) -> None:
    (said,) = words(events=events)
    assert said.title == f"Zoom does not report {title} of Zoom account A1"
    assert f"not subscribed to these events: {', '.join(events.split())}. Add them on" in said.text
    assert lost in said.lost


def test_a_long_list_of_events_is_cut() -> None:
    (said,) = words(events=" ".join(f"meeting.number{number}" for number in range(12)))
    assert "meeting.number7, and 4 more. Add them" in said.text


def test_a_subscription_of_connect_subscribe_is_not_changed_in_the_marketplace() -> None:
    (said,) = words(events="webinar.ended", subscription_is_ours=True)
    assert "only the team that runs WorkSights can add them. If the account has no webinars," in (
        said.text
    )
    assert "Add them on" not in said.text


def test_without_a_subscription_one_is_to_be_added() -> None:
    none = "Zoom lists no event subscription that sends to https://w/zoom."
    (said,) = words(events="meeting.ended", subscription_detail=none)
    assert said.text.startswith(f"{none} Add one on the app's page in the Zoom Marketplace")


@pytest.mark.parametrize(
    ("received", "missing"),
    [
        ({}, "meeting.read.meeting meeting.read.participant webinar.read.webinar "
             "webinar.read.participant phone.read.call phone.read.list_users"),
        # Each permission is shown by its own events.
        ({"meeting.ended": 1, "webinar.participant_left": 1, "phone.callee_ended": 1},
         "meeting.read.participant webinar.read.webinar phone.read.list_users"),
        ({"meeting.participant_bind": 1, "webinar.started": 1, "user.updated": 1},
         "meeting.read.meeting webinar.read.participant phone.read.call phone.read.list_users"),
        # What arrived before the account granted less shows nothing.
        ({"meeting.ended": -1, "meeting.participant_left": -1, "webinar.ended": -1},
         "meeting.read.meeting meeting.read.participant webinar.read.webinar "
         "webinar.read.participant phone.read.call phone.read.list_users"),
    ],
    ids=["nothing", "some", "the others", "before"],
)  # fmt: skip
def test_a_permission_is_not_missing_if_its_own_events_arrive(
    received: dict[str, int], missing: str
) -> None:
    hours = {event: (NOW + timedelta(hours=hour)).isoformat() for event, hour in received.items()}
    one = account(received_events=hours, scope_reduced_at=NOW)
    (lack,) = missing_of([one])
    assert lack.permissions == [f"{each.replace('.', ':')}:admin" for each in missing.split()]


def test_changes_to_users_that_arrive_need_no_permission() -> None:
    one = account(
        scope="user:read:list_users:admin", switched_off=["meetings", "webinars", "phone"],
        received_events={"user.updated": NOW.isoformat()},
    )  # fmt: skip
    assert missing_of([one]) == []
    assert [lack.permissions for lack in missing_of([replace(one, received_events={})])] == [
        ["user:read:user:admin"]
    ]


def test_features_that_are_off_or_that_the_account_lacks_need_nothing() -> None:
    one = account(
        has_phone=False, switched_off=["webinars"],
        lacks_events=["meeting.ended", "phone.caller_ended", "webinar.ended", "user.deleted"],
    )  # fmt: skip
    assert one.missing_events == ["meeting.ended", "user.deleted"]
    assert names_of(one.lacks(Purpose.EVENTS)) == [
        "meeting:read:meeting:admin",
        "meeting:read:participant:admin",
    ]


def test_what_connect_subscribe_left_out_is_not_missing() -> None:
    one = account(
        scope="user:read:admin meeting:read:admin phone:read:admin",
        features_left_out=["webinars"], lacks_events=["webinar.ended"],
    )  # fmt: skip
    assert missing_of([one]) == []


def test_what_is_not_known_is_not_missing() -> None:
    one = account(scope="")
    assert (one.missing_events, one.lacks(Purpose.EVENTS), one.lacks(Purpose.HEALING)) == (
        [], [], [],
    )  # fmt: skip
