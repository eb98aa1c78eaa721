"""Each problem is one cause; what is normal is none. The words leave out what a reader may not
see.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.causes.cause import OpenCause, Reader, Words
from integration.causes.connections import ACCESS, IMPORT, causes_of_connections
from integration.causes.failures import causes_of_deliveries, causes_of_failures
from integration.causes.installation import causes_of_daemon
from integration.causes.people import Unmapped, causes_of_people
from integration.causes.refused import causes_of_refused, needed
from integration.causes.reported import EVENTS, EVENTS_ANYWHERE, PERMISSIONS
from integration.causes.silence import Weeks, is_silent
from integration.causes.table import CAUSES, words_of
from integration.causes.updates import causes_of_updates
from integration.connections.listed import ListedConnection
from integration.connections.refused_sources import RefusedSource
from integration.dates import MONTH_FIRST
from integration.pipeline.arrivals import Arrivals, Batches
from integration.pipeline.cleaned_texts import UnreadableSetting
from integration.pipeline.failed_sessions import Failures
from integration.settings import PROJECT
from integration.web.overview.attention import needs_of_identity
from integration.zoom.errors import AccessLost, PermanentZoomError, TransientZoomError, ZoomError
from tests.causes.reported_accounts import account as reported_account

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOME = "Some Zoom users are not mapped"
ADMIN, TECHNICAL_ADMIN = Reader(True, "https://w/zoom"), Reader(False, "https://w/zoom")


def account(**changed: Any) -> ListedConnection:
    return ListedConnection(**{
        "connection_id": "c1", "zoom_account_id": "A1", "label": None, "owner_user_id": "ann",
        "owner_name": "Ann", "owner_is_active": True, "users_read": None, "status": "active",
        "status_detail": None, "failure_is_transient": None, "phone_detail": None,
        "connected_at": NOW - 30 * DAY, "granted_at": NOW - 30 * DAY,
        "disconnected_at": None, "erase_due_at": None,
        "users_imported_at": NOW - HOUR, "next_import_at": NOW + HOUR, "zoom_users": 3, **changed,
    })  # fmt: skip


def arrived(**changed: Any) -> Arrivals:
    return Arrivals(**{
        "zoom_account_id": "A1", "received_last_day": 5, "last_received_at": NOW - HOUR,
        "waiting_since": None, "quarantined": {}, **changed,
    })  # fmt: skip


def failing(error: ZoomError) -> ListedConnection:
    return account(
        status="needs_attention",
        status_detail=str(error),
        failure_is_transient=isinstance(error, TransientZoomError),
    )


def removed(**changed: Any) -> ListedConnection:
    return account(**{
        "status": "disconnected", "disconnected_at": NOW - DAY, "erase_due_at": NOW + DAY, **changed
    })  # fmt: skip


def words(found: list[OpenCause], reader: Reader = ADMIN) -> Words:
    (one,) = found
    return words_of(one, reader)


@pytest.mark.parametrize(
    ("connections", "names"),
    [
        ([account()], []),
        ([failing(AccessLost("Zoom no longer accepts it."))], ["access_lost"]),
        ([failing(TransientZoomError("Zoom is having problems (HTTP 503)."))],
         ["import_failing"]),
        ([account(status="disconnected", disconnected_at=NOW - DAY)], []),  # somebody wanted it
        ([removed()], ["app_removed"]),
        ([removed(erase_due_at=NOW - DAY)], []),
        ([removed(), account(connection_id="c2")], []),  # connected again
        ([failing(TransientZoomError("Cut short.", next_step="The next import reads it again."))],
         ["import_failing"]),
        ([failing(PermanentZoomError("Zoom refuses it.", next_step="Nothing ends automatically."))],
         ["access_lost"]),
        ([account(status="needs_attention", status_detail="Retried automatically.")],
         ["access_lost"]),  # not known
    ],
)  # fmt: skip
def test_a_connection_is_a_cause_while_somebody_has_to_act(
    connections: list[ListedConnection], names: list[str]
) -> None:
    assert [one.name for one in causes_of_connections(connections, now=NOW)] == names


@pytest.mark.parametrize(
    ("silent_for", "known", "with_webhooks", "expected"),
    [
        (90 * MINUTE, 4, 4, False),
        (3 * HOUR, 4, 4, True),
        (3 * HOUR, 4, 3, True),  # one of the weeks had a holiday
        (60 * HOUR, 4, 2, False),
        (3 * HOUR, 2, 2, True),
        (3 * HOUR, 2, 1, False),
        (3 * HOUR, 0, 0, False),
        (71 * HOUR, 1, 1, False),  # a long weekend of a new account
        (73 * HOUR, 1, 0, True),
    ],
)
def test_silence_is_measured_by_the_weeks_before(
    silent_for: timedelta, known: int, with_webhooks: int, expected: bool
) -> None:
    assert is_silent(silent_for, Weeks(known, with_webhooks)) is expected


@pytest.mark.parametrize(
    ("finished", "failed", "waiting_since", "state"),
    [
        (NOW - HOUR, None, None, None),
        (NOW - HOUR, NOW - MINUTE, None, "failed"),
        (None, NOW - MINUTE, NOW - DAY, "failed"),  # one cause, whatever shows it first
        (NOW - HOUR, None, NOW - 40 * MINUTE, None),
        (NOW - HOUR, None, NOW - 50 * MINUTE, "waiting"),
        (NOW - 8 * HOUR, None, None, "idle"),
        (None, None, None, "idle"),
    ],
)
def test_updates_are_late_when_they_fail_wait_or_do_not_run(
    finished: datetime | None,
    failed: datetime | None,
    waiting_since: datetime | None,
    state: str | None,
) -> None:
    found = causes_of_updates(
        Batches(finished, failed, failed),
        waiting_since=waiting_since,
        connected_at=[NOW - 30 * DAY],
        now=NOW,
    )
    assert [one.facts["state"] for one in found] == ([state] if state else [])


def test_a_new_connection_does_not_make_a_batch_overdue() -> None:
    never = Batches(None, None, None)
    assert causes_of_updates(never, waiting_since=None, connected_at=[NOW - HOUR], now=NOW) == []


@pytest.mark.parametrize(
    ("seen_at", "since"),
    [
        (None, []),
        (NOW - 9 * MINUTE, []),
        (NOW - 11 * MINUTE, [NOW - 11 * MINUTE]),
        (NOW + 9 * MINUTE, []),  # the clocks of two machines differ
        (NOW + DAY, [None]),  # the clock was ahead, and no daemon has replaced the time since
    ],
)
def test_a_daemon_is_missing_when_it_was_not_seen_lately(
    seen_at: datetime | None, since: list[datetime | None]
) -> None:
    assert [one.since for one in causes_of_daemon(seen_at, now=NOW)] == since


def test_deliveries_that_could_not_be_read_are_one_cause_with_their_reasons() -> None:
    found = causes_of_deliveries(
        [arrived(quarantined={"no uuid": 2}), arrived(quarantined={"no uuid": 1, "no JSON": 1})]
    )
    counted, plain = words(found), words(found, TECHNICAL_ADMIN)
    assert counted.title == "4 webhooks could not be read in the last 24 hours"
    assert counted.text.startswith("Reasons: no JSON (1); no uuid (3).")
    assert plain.title == "Some webhooks could not be read in the last 24 hours"
    assert plain.text.startswith("Reasons: no JSON; no uuid.")
    assert causes_of_deliveries([arrived()]) == []


def test_parts_that_fail_are_named_in_plain_words_and_once() -> None:
    models = ["clientsights.lookalikes", "operations.outcomes", "pipeline.settings"]
    found = causes_of_failures([Failures("acme", 2, NOW, models, NOW)])
    assert [words_of(one, ADMIN).title for one in found] == [
        "2 sessions could not be processed",
        "Some of the data shown is not up to date",
        "Changed settings have no effect yet",
    ]


@pytest.mark.parametrize(
    ("unmapped", "counted", "plain"),
    [
        (Unmapped(0, 0, 0), [], []),
        (
            Unmapped(429, 0, 0),
            ["429 Zoom users are not mapped"],
            ["Some Zoom users are not mapped"],
        ),
        (
            Unmapped(9, 1, 3),
            ["1 Zoom user with sessions is not mapped"],
            ["Some Zoom users are not mapped"],
        ),
    ],
)
def test_unmapped_people_are_a_cause_before_and_after_they_lose_sessions(
    unmapped: Unmapped, counted: list[str], plain: list[str]
) -> None:
    found = causes_of_people(unmapped)
    assert [words_of(one, ADMIN).title for one in found] == counted
    assert [words_of(one, TECHNICAL_ADMIN).title for one in found] == plain
    assert not any(c.isdigit() for one in found for c in words_of(one, TECHNICAL_ADMIN).text)


def test_the_date_of_an_erasure_is_written_for_its_reader() -> None:
    found = causes_of_connections([removed(erase_due_at=NOW + DAY)], now=NOW)
    assert "will be erased on 3 March 2026." in words(found).text
    american = Reader(True, "https://w/zoom", MONTH_FIRST)
    assert "will be erased on March 3, 2026." in words(found, american).text


def test_refused_sources_are_one_cause_of_their_account() -> None:
    refused = [
        RefusedSource("A1", "meetings", "A permission is missing.", NOW - DAY),
        RefusedSource("A1", "phone", "A permission is missing.", NOW - HOUR),
        RefusedSource("A2", "phone", "The plan does not allow this.", NOW),
    ]
    (one,) = causes_of_refused(refused, [account()])
    assert (one.name, one.subject, one.since) == ("sources_refused", "c1", NOW - DAY)
    said = words_of(one, ADMIN)
    assert said.title == (
        "Zoom does not list past meetings and webinars or past calls of Zoom account A1"
    )
    assert said.text == "A permission is missing."


@pytest.mark.parametrize(
    ("changed", "sources"),
    [
        ({}, ["meetings", "webinars", "phone"]),
        ({"has_phone": False}, ["meetings", "webinars"]),
        ({"switched_off": ["webinars"]}, ["meetings", "phone"]),
        ({"switched_off": ["meetings", "webinars"]}, ["phone"]),
        ({"zoom_account_id": "another"}, []),
    ],
)
def test_a_refused_source_of_features_that_are_not_in_use_is_no_cause(
    changed: dict[str, Any], sources: list[str]
) -> None:
    refused = [RefusedSource("A1", one, "x", NOW) for one in ("meetings", "webinars", "phone")]
    assert [one.source for one in needed(refused, [reported_account(**changed)])] == sources


def test_the_words_about_the_log_name_its_setting() -> None:
    said = words_of(OpenCause("webhook_log_refused", facts={"reason": "Zoom refuses it."}), ADMIN)
    assert said.text.startswith("Zoom refuses it. To do without this log, remove ZOOM_APP_ID from")


def test_every_cause_has_an_audience_and_names_no_table() -> None:
    facts = {
        "account": "A1", "detail": "Reconnect the account.", "due": "2026-03-03",
        "state": "failed", "reasons": {"no uuid": 1}, "users": 1, "losing": 1, "sessions": 1,
        "accounts": 2, "sources": ["phone"], "reason": "Some Zoom permissions are missing.",
        "permissions": ["a:b"], "features": ["phone"], "is_server_to_server": False,
        "events": ["meeting.ended"], "is_ours": False, "none_found": None,
    }  # fmt: skip
    for name in CAUSES:
        said = words_of(OpenCause(name, facts=facts), ADMIN)
        text = f"{said.title} {said.text} {said.lost}"
        if CAUSES[name].audience == "operator":  # whoever has the settings
            text = re.sub(r"\b[A-Z_]+\b", "", text)
        assert "_" not in text, name


def test_the_problems_of_status_are_documented_by_the_names_of_the_causes() -> None:
    document = (PROJECT / "docs" / "operations" / "monitoring.md").read_text()
    names = re.search(r"^\| `problems\.name`.*? is one of (.*?);", document, re.MULTILINE)[1]
    of_operator = {name for name, cause in CAUSES.items() if cause.audience == "operator"}
    of_accounts = {ACCESS, IMPORT, PERMISSIONS, EVENTS}
    expected = (
        of_operator - {EVENTS_ANYWHERE} | of_accounts | {"mail_waiting", "notifications_failing"}
    )
    assert set(re.findall(r"`(\w+)`", names)) == expected


def test_unreadable_settings_are_reported_with_the_next_step() -> None:
    (need,) = needs_of_identity(["1 own domain is invalid and is ignored."])
    assert need.text.startswith("1 own domain is invalid and is ignored. Correct")
    assert needs_of_identity([]) == []


def test_settings_without_effect_are_listed() -> None:
    texts = [UnreadableSetting("exclusions", f"law firm {number}") for number in range(12)]
    (need,) = needs_of_identity([], texts)
    assert need.title == "12 settings for people and companies have no effect"
    assert need.text.startswith("“law firm 0” in exclusions; “law firm 1” in")
    assert "; and 2 more. An exclusion must be" in need.text
    (need,) = needs_of_identity([], texts[:1])
    assert need.title == "1 setting for people and companies has no effect"
