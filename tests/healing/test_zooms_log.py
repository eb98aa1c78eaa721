"""Zoom's log of failed webhooks is that of the app: read once for all accounts, page by page."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration.zoom import past as zooms_past
from simulator.app import APP
from tests.healing.short_past import (
    BOB,
    EVERYTHING,
    FIRST,
    NOW,
    ONE_DAY,
    SECOND,
    ShortPast,
    session,
)

APP_ID = "OurApp"
FAILED = "uuid-failed=="
MORE = Counter({FAILED: 1})
LOG = f"/v2/marketplace/apps/{APP_ID}/webhook_logs"
OF_LOG = """
    select zoom_account_id, requests, gaps from zoom_raw.healed_days
    where source = 'webhook_logs' order by zoom_account_id
"""


def log(past: ShortPast, *accounts: str) -> None:
    """One failed webhook of each, the first account's last. Zoom lists the latest first."""
    past.control("app", id=APP_ID)
    attempts = [
        {
            "body": session(FAILED, BOB, account).ended(),
            "at": (NOW - ONE_DAY / 2 - timedelta(minutes=number)).isoformat(),
        }
        for number, account in enumerate(accounts)
    ]
    past.control("webhook-log", attempts=attempts)


@pytest.fixture
def server_to_server(past: ShortPast) -> Iterator[ShortPast]:
    """An app of one account, connected without a browser."""
    past.disconnect(SECOND)
    change = "update integration.tokens set grant_type = %s, expires_at = now()"
    past.installation.execute(change, ["account_credentials"])
    yield past
    past.installation.execute(change, ["authorization_code"])


def test_a_server_to_server_app_reads_the_log_with_the_token_of_its_account(
    server_to_server: ShortPast,
) -> None:
    """Zoom gives such an app no token of its own, so its log was never read."""
    log(server_to_server, FIRST)
    counts = server_to_server.heal(ZOOM_APP_ID=APP_ID)
    assert (counts["finished"], counts["failed"], counts["refused"]) == (3, 0, 0)
    assert server_to_server.queued() == EVERYTHING + MORE
    grants = {call.get("grant_type") for call in server_to_server.control("calls", method="GET")}
    assert "client_credentials" not in grants


def test_an_app_that_zoom_does_not_know_is_a_problem_for_the_operator(past: ShortPast) -> None:
    """A mistyped ZOOM_APP_ID failed every day, and nobody was notified."""
    log(past, FIRST)
    counts = past.heal(ZOOM_APP_ID="AnotherApp")
    assert (counts["refused"], counts["finished"], counts["failed"]) == (2, 4, 0)
    noticed = [(one.organization_id, one.cause) for one in past.notifications(now=NOW)]
    assert noticed == [(None, "webhook_log_refused")]


def test_each_page_is_stored_before_the_next_one_is_read(
    past: ShortPast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log of an outage has hundreds of thousands of bodies, which were kept in memory."""
    monkeypatch.setattr(zooms_past, "PAGE_SIZE", 1)
    log(past, FIRST, SECOND)
    past.fail(LOG, account=APP, times=1)
    past.fail(LOG, account=APP, times=1, status=408)
    counts = past.heal(ZOOM_APP_ID=APP_ID)
    # What REST knows of the day waits for the log, which has more.
    assert (counts["failed"], counts["unfinished"]) == (2, 4)
    assert (past.queued(FIRST), past.queued(SECOND)) == (MORE, Counter())
    assert past.heal(now=NOW + timedelta(hours=1), ZOOM_APP_ID=APP_ID)["finished"] == 6
    assert (past.queued(FIRST), past.queued(SECOND)) == (EVERYTHING + MORE,) * 2


def test_what_was_found_and_asked_is_counted_whoever_reads_the_log(past: ShortPast) -> None:
    log(past, FIRST, SECOND)
    counts = past.heal(ZOOM_APP_ID=APP_ID)
    of_log = past.installation.execute(OF_LOG)
    assert [(account, gaps) for account, _, gaps in of_log] == [(FIRST, 1), (SECOND, 1)]
    assert sum(requests for _, requests, _ in of_log) == len(past.calls(account=APP)) == 1
    assert counts["gaps"] == 2 * EVERYTHING.total() + 2


def test_a_body_that_was_found_already_is_not_added_again(past: ShortPast) -> None:
    log(past, FIRST)
    past.heal(ZOOM_APP_ID=APP_ID)
    again = past.heal(day=(NOW - ONE_DAY).date(), ZOOM_APP_ID=APP_ID)
    assert (again["days"], again["gaps"]) == (6, 0)
    assert past.queued() == EVERYTHING + MORE
