"""Zoom's users, imported from several accounts: a failure of one stops no others."""

from datetime import timedelta

import pytest
import requests

from simulator.failures import Failure
from simulator.world import World
from tests.connections.accounts import (
    NOW,
    USERS_WITH_AN_ID,
    connect_accounts,
    grant,
    imported,
    metadata,
    statuses,
)
from tests.patience import PATIENCE
from tests.pipeline.installation import ACCOUNTS, Installation


@pytest.fixture(autouse=True)
def connections(installation: Installation, zoom: World) -> dict[str, str]:
    return connect_accounts(installation, zoom)


def test_a_grant_that_was_withdrawn_stops_no_other_imports(
    installation: Installation, zoom_url: tuple[World, str]
) -> None:
    control = f"{zoom_url[1]}/_control/revoke-grants"
    requests.post(control, json={"account_id": ACCOUNTS[1]}, timeout=PATIENCE).raise_for_status()
    result = installation.import_users(now=NOW)

    ended = "Zoom no longer accepts this account's authorization. Reconnect the account."
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
        "failed_connections": 1,
        "postponed_connections": 0,
        "new_or_changed_users": 2 * USERS_WITH_AN_ID,
        "pending_users_without_an_id": 2,
        "erased_users_skipped": 0,
    }


def test_a_later_successful_import_makes_a_connection_active_again(
    installation: Installation, zoom: World, connections: dict[str, str]
) -> None:
    zoom.grants.end_refresh(ACCOUNTS[1])
    installation.import_users(now=NOW)
    grant(installation, zoom, ACCOUNTS[1], connection_id=connections[ACCOUNTS[1]])
    installation.import_users(now=NOW + timedelta(hours=1))

    assert statuses(installation) == [("active", None)] * 3
    assert [count for _, count in imported(installation)] == [USERS_WITH_AN_ID] * 3
    assert installation.execute(
        "select user_id, kind, subject from integration.audit_trail order by entry_id"
    ) == [("job", kind, connections[ACCOUNTS[1]]) for kind in ("access_lost", "import_recovered")]
    assert installation.execute("select distinct users_read from integration.connections") == [
        (None,)
    ]


def test_only_the_first_of_several_failed_imports_is_a_change(
    installation: Installation, zoom: World
) -> None:
    for hours in range(2):
        zoom.failures.plan(Failure("/v2/users", times=9, status=503, account_id=ACCOUNTS[1]))
        installation.import_users(now=NOW + timedelta(hours=hours))
    assert installation.execute("select kind from integration.audit_trail") == [("import_failed",)]


def test_an_import_without_changes_adds_no_row_and_one_with_a_change_adds_a_version(
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


def test_a_changed_license_makes_no_version(
    installation: Installation, zoom: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.import_users(now=NOW)
    monkeypatch.setitem(zoom.accounts[ACCOUNTS[0]].users[0], "type", 3)
    again = installation.import_users(now=NOW + timedelta(hours=6))

    assert metadata(again)["new_or_changed_users"] == 0


def test_a_scheduled_run_imports_only_accounts_that_are_due(
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
    of_schedule = {"dagster/schedule_name": "every_20_minutes"}
    installation.import_users(now=NOW, **of_schedule)

    assert imported(installation) == [(ACCOUNTS[1], USERS_WITH_AN_ID)]
