"""Each problem is reported once, with its fix; what is normal is not reported."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.connections.listed import ListedConnection
from integration.pipeline.arrivals import Arrivals, Batches
from integration.pipeline.cleaned_texts import UnreadableSetting
from integration.web.overview.attention import (
    needs_of_batches,
    needs_of_connections,
    needs_of_deliveries,
    needs_of_identity,
    needs_of_people,
)
from integration.web.overview.numbers import PeopleCounts

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def account(**changed: Any) -> ListedConnection:
    return ListedConnection(**{
        "connection_id": "c1", "zoom_account_id": "A1", "owner_name": "Ann", "status": "active",
        "status_detail": None, "phone_detail": None, "connected_at": NOW - 30 * DAY,
        "granted_at": NOW - 30 * DAY, "disconnected_at": None, "erase_due_at": None,
        "users_imported_at": NOW - HOUR, "next_import_at": NOW + HOUR, "zoom_users": 3, **changed,
    })  # fmt: skip


def arrived(**changed: Any) -> Arrivals:
    return Arrivals(**{
        "zoom_account_id": "A1", "received_last_day": 5, "last_received_at": NOW - HOUR,
        "waiting_since": None, "quarantined": {}, **changed,
    })  # fmt: skip


def titles_of(connection: ListedConnection, *arrivals: Arrivals) -> list[str]:
    needs = needs_of_connections([connection], [*arrivals], now=NOW, webhooks="https://w/zoom")
    return [need.title for need in needs]


@pytest.mark.parametrize(
    ("connection", "arrivals", "titles"),
    [
        (account(), [arrived()], []),
        (
            account(status="needs_attention"),
            [arrived()],
            ["The last user import for Zoom account A1 failed"],
        ),
        (
            account(),
            [arrived(last_received_at=NOW - DAY - MINUTE)],
            ["Nothing received from Zoom account A1 for a day"],
        ),
        (
            account(),
            [arrived(last_received_at=None)],
            ["Nothing received from Zoom account A1 for a day"],
        ),
        (account(connected_at=NOW - HOUR), [arrived(last_received_at=None)], []),
        (account(), [], []),  # unknown before the first batch
    ],
)
def test_a_connection_that_fails_or_sends_nothing_needs_attention(
    connection: ListedConnection, arrivals: list[Arrivals], titles: list[str]
) -> None:
    assert titles_of(connection, *arrivals) == titles


@pytest.mark.parametrize(
    ("finished", "failed", "waiting_since", "title"),
    [
        (NOW - HOUR, None, None, None),
        (NOW - HOUR, NOW - 2 * HOUR, None, None),  # a later one continued its work
        (NOW - HOUR, NOW - MINUTE, None, "The last update failed"),
        (None, NOW - MINUTE, None, "The last update failed"),
        (NOW - HOUR, None, NOW - 40 * MINUTE, None),
        (NOW - HOUR, None, NOW - 50 * MINUTE, "Data from Zoom is waiting to be processed"),
        (NOW - 8 * HOUR, None, None, "No update has run for hours"),
        (None, None, None, "No update has run for hours"),
    ],
)
def test_a_batch_that_fails_or_is_overdue_needs_attention(
    finished: datetime | None,
    failed: datetime | None,
    waiting_since: datetime | None,
    title: str | None,
) -> None:
    needs = needs_of_batches(
        Batches(finished, failed), [account()], [arrived(waiting_since=waiting_since)], now=NOW
    )
    assert [need.title for need in needs] == ([title] if title else [])


def test_a_new_connection_does_not_make_a_batch_overdue() -> None:
    new = account(connected_at=NOW - HOUR)
    assert needs_of_batches(Batches(None, None), [new], [], now=NOW) == []


def test_deliveries_that_could_not_be_read_are_reported_with_their_reasons() -> None:
    (need,) = needs_of_deliveries(
        [arrived(quarantined={"no uuid": 2}), arrived(quarantined={"no uuid": 1, "no JSON": 1})]
    )
    assert need.title == "4 webhooks could not be read since yesterday"
    assert need.text.startswith("Reasons: no JSON (1); no uuid (3).")
    assert needs_of_deliveries([arrived()]) == []
    (need,) = needs_of_deliveries([arrived(quarantined={"no uuid": 2})], sees_counts=False)
    assert need.title == "Some webhooks could not be read since yesterday"
    assert need.text.startswith("Reasons: no uuid.")


def test_unmapped_people_are_reported_when_they_miss_entries() -> None:
    people = PeopleCounts(9, 5, 1, waiting=1, entries_waiting=1, subscribed={})
    (need,) = needs_of_people(people)
    assert need.title == "1 Zoom user is not mapped"
    assert need.text.startswith("1 of their sessions")
    (need,) = needs_of_people(people, sees_counts=False)
    assert need.title == "Some Zoom users are not mapped"
    assert need.text.startswith("Some of their sessions")
    assert needs_of_people(PeopleCounts(9, 5, 1, waiting=0, entries_waiting=0, subscribed={})) == []


def test_unreadable_settings_are_reported_with_the_next_step() -> None:
    (need,) = needs_of_identity(["Invalid own domains: 1. They are ignored."])
    assert need.text.startswith("Invalid own domains: 1. They are ignored. Contact")
    assert needs_of_identity([]) == []


def test_settings_without_effect_are_listed() -> None:
    texts = [UnreadableSetting("exclusions", f"law firm {number}") for number in range(12)]
    (need,) = needs_of_identity([], texts)
    assert need.title == "12 settings for people and companies have no effect"
    assert need.text.startswith("“law firm 0” in exclusions; “law firm 1” in")
    assert "; and 2 more. An exclusion must be" in need.text
    (need,) = needs_of_identity([], texts[:1])
    assert need.title == "1 setting for people and companies has no effect"
