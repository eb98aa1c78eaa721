"""Zoom's users, imported from several accounts: what fails with one stops no other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from integration.store.postgres import transaction
from integration.store.tokens import save_grant
from integration.zoom.oauth import Grant
from simulator.grants import Consent
from simulator.world import World
from tests.pipeline.conftest import ACCOUNTS
from tests.pipeline.installation import ENCRYPTION_KEY, Installation

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
REDIRECT = "http://127.0.0.1/callback"
USERS_WITH_AN_ID = 9  # of the simulated company of ten; one is only invited


@pytest.fixture(autouse=True)
def connections(installation: Installation, zoom: World) -> dict[str, str]:
    """The connection of each account, of three organizations."""
    found = {}
    for number, account in enumerate(ACCOUNTS):
        found[account] = installation.organization(f"firm-{number}", account=account, users={})
        grant(installation, zoom, account, connection_id=found[account])
    return found


def grant(installation: Installation, zoom: World, account: str, *, connection_id: str) -> None:
    """A new grant whose access token has run out, so that the next call renews it."""
    code = zoom.grants.make_code(Consent(account), REDIRECT, challenge=None, method="plain")
    tokens = zoom.grants.redeem(code, redirect_uri=REDIRECT, verifier=None)
    with transaction(installation.url, role="page") as connection:
        save_grant(
            connection,
            connection_id=connection_id,
            organization_id=f"firm-{ACCOUNTS.index(account)}",
            grant_type="authorization_code",
            grant=Grant(tokens.access_token, tokens.refresh_token, NOW, None, ""),
            keys=[ENCRYPTION_KEY],
        )


def statuses(installation: Installation) -> list[tuple[str, str | None]]:
    return installation.execute(
        "select status, status_detail from integration.connections order by organization_id"
    )


def imported(installation: Installation) -> list[tuple[str, int]]:
    return installation.execute(
        "select zoom_account_id, count(*)::integer from zoom_raw.users group by 1 order by 1"
    )


def metadata(result: Any) -> dict[str, Any]:
    events = result.asset_materializations_for_node("zoom_users")
    (event,) = (event for event in events if event.asset_key.path[-1] == "users")
    return {name: value.value for name, value in event.metadata.items()}


def test_a_grant_that_was_withdrawn_stops_no_other_import(
    installation: Installation, zoom_url: tuple[World, str]
) -> None:
    control = f"{zoom_url[1]}/_control/revoke-grants"
    requests.post(control, json={"account_id": ACCOUNTS[1]}, timeout=10).raise_for_status()
    result = installation.import_users(now=NOW)

    ended = "Zoom no longer accepts this connection's grant. Reconnect Zoom on the Connections tab."
    assert statuses(installation) == [
        ("active", None),
        ("needs_attention", ended),
        ("active", None),
    ]
    assert imported(installation) == [
        (account, USERS_WITH_AN_ID) for account in sorted({ACCOUNTS[0], ACCOUNTS[2]})
    ]
    assert metadata(result) == {
        "connections": 3,
        "connections_that_need_attention": 1,
        "new_or_changed_users": 2 * USERS_WITH_AN_ID,
        "pending_users_without_an_id": 2,
    }


def test_a_later_good_import_makes_a_connection_well_again(
    installation: Installation, zoom: World, connections: dict[str, str]
) -> None:
    zoom.grants.end_refresh(ACCOUNTS[1])
    installation.import_users(now=NOW)
    grant(installation, zoom, ACCOUNTS[1], connection_id=connections[ACCOUNTS[1]])
    installation.import_users(now=NOW + timedelta(hours=1))

    assert statuses(installation) == [("active", None)] * 3
    assert [count for _, count in imported(installation)] == [USERS_WITH_AN_ID] * 3


REFUSALS = [
    (401, {"code": 124}, "also a fresh one", timedelta(hours=6)),
    (403, {}, "not permitted to read this", timedelta(hours=6)),
    (429, {}, "limit on requests", None),
]


@pytest.mark.parametrize(("status", "body", "reason", "later"), REFUSALS)
def test_an_account_that_zoom_refuses_is_named_and_tried_again_later(
    installation: Installation,
    zoom_url: tuple[World, str],
    status: int,
    body: dict[str, Any],
    reason: str,
    later: timedelta | None,
) -> None:
    failure = {
        "path": "/v2/users",
        "status": status,
        "body": body,
        "headers": {"Retry-After": "7200"} if status == 429 else {},
        "times": 2,
        "account_id": ACCOUNTS[0],
    }
    answer = requests.post(f"{zoom_url[1]}/_control/fail", json=failure, timeout=10)
    answer.raise_for_status()
    asked_at = datetime.now(UTC)
    installation.import_users(now=NOW)

    ((state, detail), *others) = statuses(installation)
    assert (state, others) == ("needs_attention", [("active", None)] * 2)
    assert reason in detail
    next_import_at = installation.value(
        "select next_import_at from integration.connections where zoom_account_id = %s",
        [ACCOUNTS[0]],
    )
    if later:
        assert next_import_at == NOW + later
    else:  # the time that Zoom named, by its own clock
        assert timedelta(hours=1, minutes=59) < next_import_at - asked_at < timedelta(hours=2.1)


def test_an_import_without_news_adds_no_row_and_one_with_news_adds_a_version(
    installation: Installation, zoom: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = installation.import_users(now=NOW)
    second = installation.import_users(now=NOW + timedelta(hours=6))
    users = zoom.accounts[ACCOUNTS[2]].users
    monkeypatch.setitem(users[0], "email", "renamed@acme-works.com")
    third = installation.import_users(now=NOW + timedelta(hours=12))

    counts = [metadata(result)["new_or_changed_users"] for result in (first, second, third)]
    assert counts == [3 * USERS_WITH_AN_ID, 0, 1]
    assert installation.execute(
        """
        select email, imported_at from zoom_raw.users
        where zoom_account_id = %s and zoom_user_id = %s
        order by imported_at desc limit 1
        """,
        [ACCOUNTS[2], users[0]["id"]],
    ) == [("renamed@acme-works.com", NOW + timedelta(hours=12))]


def test_a_run_of_the_schedule_imports_only_what_is_due(
    installation: Installation, connections: dict[str, str]
) -> None:
    installation.execute(
        "update integration.connections set next_import_at = %s where connection_id <> %s",
        [NOW + timedelta(seconds=1), connections[ACCOUNTS[1]]],
    )
    installation.execute(
        "update integration.connections set next_import_at = %s where connection_id = %s",
        [NOW, connections[ACCOUNTS[1]]],
    )
    by_itself = {"dagster/schedule_name": "every_20_minutes"}
    installation.import_users(now=NOW, **by_itself)

    assert imported(installation) == [(ACCOUNTS[1], USERS_WITH_AN_ID)]
