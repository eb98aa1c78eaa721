"""What Zoom does not report of an account, in words with the next step."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integration.causes.cause import Reader, Words
from integration.causes.reported import Missing, causes_of_reported
from integration.causes.table import words_of
from integration.connections.reported import Reported
from integration.zoom.scopes import Purpose, names_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
READER = Reader(True, "https://w/zoom")


def account(**changed: Any) -> Reported:
    return Reported(**{
        "connection_id": "c1", "organization_id": "acme", "zoom_account_id": "A1", "label": None,
        "granted_at": NOW, "scope": "user:read:admin", "is_server_to_server": False,
        "has_phone": True, "switched_off": (), "lacks_events": None, "subscription_detail": None,
        "subscription_read_at": None, **changed,
    })  # fmt: skip


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
        "first.",
        "Zoom does not report this account's webinars, so they are not on timelines.",
        said.step,
    )
    assert said.step.label == "Reconnect"


def test_an_own_app_is_changed_instead_of_reconnected() -> None:
    (said,) = words(permissions="a:b", features="phone meetings", is_server_to_server=True)
    assert said.text.endswith(
        "Add them to the app in the Zoom Marketplace and activate the app again."
    )
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


def test_what_is_not_known_is_not_missing() -> None:
    one = account(scope="")
    assert (one.missing_events, one.lacks(Purpose.EVENTS), one.lacks(Purpose.HEALING)) == (
        [], [], [],
    )  # fmt: skip
