"""Zoom's users, imported from several accounts: what fails with one stops no other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import psycopg.sql
import pytest
import requests

from integration.connections.connections import note_trouble
from integration.connections.tokens import save_grant
from integration.database.postgres import transaction
from integration.zoom.oauth import Grant
from simulator.grants import Consent
from simulator.world import World
from tests.patience import PATIENCE
from tests.pipeline.installation import ACCOUNTS, ENCRYPTION_KEY, Installation

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
    requests.post(control, json={"account_id": ACCOUNTS[1]}, timeout=PATIENCE).raise_for_status()
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
        "connections_put_off": 0,
        "new_or_changed_users": 2 * USERS_WITH_AN_ID,
        "pending_users_without_an_id": 2,
        "erased_users_left_out": 0,
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
    answer = requests.post(f"{zoom_url[1]}/_control/fail", json=failure, timeout=PATIENCE)
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


def plan(zoom_url: tuple[World, str], path: str, **failure: Any) -> None:
    """The second account's answers at `path`, until they are forgotten."""
    told = {"path": path, "times": 1_000, "account_id": ACCOUNTS[1], **failure}
    requests.post(f"{zoom_url[1]}/_control/fail", json=told, timeout=PATIENCE).raise_for_status()


FAILING_PHONE_LISTS = [
    ({"status": 500}, "Zoom has trouble (HTTP 500)."),
    ({"status": 429, "headers": {"Retry-After": "2099-01-01T00:00:00Z"}}, "for longer than a day."),
]


@pytest.mark.parametrize(("failure", "reason"), FAILING_PHONE_LISTS)
def test_a_failing_phone_list_costs_no_user_and_is_tried_again_within_a_day(
    installation: Installation, zoom_url: tuple[World, str], failure: dict[str, Any], reason: str
) -> None:
    plan(zoom_url, "/v2/phone/users", **failure)
    installation.import_users(now=datetime.now(UTC))

    assert imported(installation) == [(account, USERS_WITH_AN_ID) for account in sorted(ACCOUNTS)]
    (first, (state, detail), third) = statuses(installation)
    assert (first, state, third) == (("active", None), "needs_attention", ("active", None))
    assert detail.startswith("All users were read, but not those of Zoom Phone: ")
    assert reason in detail
    assert installation.execute(
        "select next_import_at <= now() + interval '1 day', users_imported_at is not null, "
        "next_import_at > now() from integration.connections where zoom_account_id = %s",
        [ACCOUNTS[1]],
    ) == [(True, True, True)]


def test_a_list_that_repeats_itself_ends_and_nobody_is_missing_from_it(
    installation: Installation, zoom_url: tuple[World, str]
) -> None:
    installation.import_users(now=NOW)
    before = versions(installation)
    body = {"users": [{"id": "just-one", "type": 2}], "next_page_token": "SAME"}
    plan(zoom_url, "/v2/users", status=200, body=body)
    plan(
        zoom_url,
        "/v2/phone/users",
        status=200,
        body={
            "users": [{"id": "just-one", "extension_id": "x"}],
            "next_page_token": "SAME",
        },
    )
    installation.import_users(now=NOW + timedelta(hours=6))

    assert versions(installation) == sorted(
        [*before, (ACCOUNTS[1], "just-one", "phone"), (ACCOUNTS[1], "just-one", "user")]
    )
    assert installation.execute(
        "select zoom_account_id, is_complete from zoom_raw.imports where imported_at > %s "
        "order by 1",
        [NOW],
    ) == [(account, account != ACCOUNTS[1]) for account in sorted(ACCOUNTS)]
    assert statuses(installation)[1] == (
        "needs_attention",
        "Zoom's list of users repeats itself and has no end. Until then 1 user was read and is "
        "used. It is read again with the next import. If this lasts, report it to Zoom's support.",
    )


def versions(installation: Installation) -> list[tuple[str, str, str]]:
    return sorted(
        installation.execute(
            """
            select zoom_account_id, zoom_user_id, 'user' from zoom_raw.users
            union all
            select zoom_account_id, zoom_user_id, 'phone' from zoom_raw.phone_users
            """
        )
    )


def test_users_that_the_database_refuses_mark_their_own_connection(
    installation: Installation,
) -> None:
    installation.execute(
        psycopg.sql.SQL("alter table {} add check (zoom_account_id <> {})").format(
            psycopg.sql.Identifier("zoom_raw", "phone_users"), ACCOUNTS[1]
        )
    )
    result = installation.import_users(now=NOW)

    assert imported(installation) == [
        (account, USERS_WITH_AN_ID) for account in sorted({ACCOUNTS[0], ACCOUNTS[2]})
    ]
    (first, (state, detail), third) = statuses(installation)
    assert (first, state, third) == (("active", None), "needs_attention", ("active", None))
    assert "(CheckViolation)" in detail
    assert metadata(result)["connections_that_need_attention"] == 1


def test_a_connection_that_cannot_be_marked_stops_no_other(installation: Installation) -> None:
    installation.execute(
        psycopg.sql.SQL(
            "alter table integration.connections add check "
            "(zoom_account_id <> {} or users_imported_at is null and status = 'active')"
        ).format(ACCOUNTS[1])
    )
    assert installation.import_users(now=NOW).success

    assert statuses(installation) == [("active", None)] * 3
    assert imported(installation) == [
        (account, USERS_WITH_AN_ID) for account in sorted({ACCOUNTS[0], ACCOUNTS[2]})
    ]


@pytest.mark.parametrize("now", [NOW, datetime.now(UTC) + timedelta(minutes=4)])
def test_no_connection_is_sent_away_for_longer_than_a_day(
    installation: Installation, connections: dict[str, str], now: datetime
) -> None:
    with transaction(installation.url, role="pipeline") as connection:
        note_trouble(
            connection,
            connections[ACCOUNTS[0]],
            reason="Zoom asks for patience.",
            now=now,
            is_passing=True,
            retry_at=datetime(2099, 1, 1, tzinfo=UTC),
        )

    assert installation.value(
        "select next_import_at - greatest(%s, now()) <= interval '1 day' "
        "from integration.connections where connection_id = %s",
        [now, connections[ACCOUNTS[0]]],
    )


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
