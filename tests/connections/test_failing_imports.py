"""Imports that fail, completely or partly, mark their own connection and stop no others."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import psycopg.sql
import pytest
import requests

from integration.connections.connections import open_connections
from integration.connections.imports import record_failed_import
from integration.connections.listed import connections_of
from integration.database.postgres import connect, transaction
from integration.pipeline.batches import open_batch
from integration.pipeline.status import connection_statuses
from integration.pipeline.user_import import import_users
from integration.pipeline.writer import backend_of, only_writer
from integration.settings import read_settings
from simulator.world import World
from tests.connections.accounts import (
    NOW,
    USERS_WITH_AN_ID,
    connect_accounts,
    imported,
    metadata,
    statuses,
)
from tests.patience import PATIENCE
from tests.pipeline.installation import ACCOUNTS, Installation


@pytest.fixture(autouse=True)
def connections(installation: Installation, zoom: World) -> dict[str, str]:
    return connect_accounts(installation, zoom)


REFUSALS = [
    (401, {"code": 124}, "even a new one", timedelta(hours=6)),
    (403, {}, "does not have permission to read this", timedelta(hours=6)),
    (429, {}, "request limit", None),
]


@pytest.mark.parametrize(("status", "body", "reason", "later"), REFUSALS)
def test_an_account_that_zoom_refuses_is_marked_and_retried_later(
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
    assert retry_may_help(installation, ACCOUNTS[0]) is (status == 429)

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


def retry_may_help(installation: Installation, account: str) -> bool | None:
    """What alerts, causes and metrics distinguish failures by."""
    found: bool | None = installation.value(
        "select failure_is_transient from integration.connections where zoom_account_id = %s",
        [account],
    )
    return found


def test_a_failure_that_is_over_is_not_shown_as_one(
    installation: Installation, connections: dict[str, str]
) -> None:
    """The page and `status` say for each connection whether a retry may help."""
    failed, ended = connections[ACCOUNTS[0]], connections[ACCOUNTS[1]]
    for each in (failed, ended):
        with transaction(installation.url, role="pipeline") as connection:
            record_failed_import(
                connection, each, reason="Zoom asks for patience.", now=NOW, is_transient=True,
                is_retried_soon=True,
            )  # fmt: skip
    installation.execute(
        "update integration.connections set status = 'disconnected', disconnected_at = now() "
        "where connection_id = %s",
        [ended],
    )
    with connect(installation.url) as owner:
        reported = {one.zoom_account_id: one for one in connection_statuses(owner)}
        listed = {
            one.zoom_account_id: one
            for each in {one.organization_id for one in reported.values()}
            for one in connections_of(owner, organization_id=each)
        }
    for found in (reported, listed):
        assert [found[one].failure_is_transient for one in ACCOUNTS] == [True, None, None]


def plan(zoom_url: tuple[World, str], path: str, **failure: Any) -> None:
    """Sets the answers to the second account at `path`, for this test."""
    planned = {"path": path, "times": 1_000, "account_id": ACCOUNTS[1], **failure}
    requests.post(f"{zoom_url[1]}/_control/fail", json=planned, timeout=PATIENCE).raise_for_status()


FAILING_PHONE_LISTS = [
    ({"status": 500}, "Zoom is having problems (HTTP 500)."),
    (
        {"status": 429, "headers": {"Retry-After": "2099-01-01T00:00:00Z"}},
        "wait longer than a day.",
    ),
]


@pytest.mark.parametrize(("failure", "reason"), FAILING_PHONE_LISTS)
def test_a_failing_phone_list_loses_no_user_and_is_retried_within_a_day(
    installation: Installation, zoom_url: tuple[World, str], failure: dict[str, Any], reason: str
) -> None:
    plan(zoom_url, "/v2/phone/users", **failure)
    installation.import_users(now=datetime.now(UTC))

    assert imported(installation) == [(account, USERS_WITH_AN_ID) for account in sorted(ACCOUNTS)]
    (first, (state, detail), third) = statuses(installation)
    assert (first, state, third) == (("active", None), "needs_attention", ("active", None))
    assert detail.startswith("All users were read, but not the Zoom Phone users: ")
    assert reason in detail
    assert installation.execute(
        "select next_import_at <= now() + interval '1 day', users_imported_at is not null, "
        "next_import_at > now() from integration.connections where zoom_account_id = %s",
        [ACCOUNTS[1]],
    ) == [(True, True, True)]


def test_a_list_that_repeats_itself_ends_and_no_one_is_missing_from_it(
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
        "Zoom's user list repeats itself and does not end. 1 user was read before that and "
        "has been stored. The next import reads the list again. If the problem continues, report "
        "it to Zoom Support.",
    )
    assert retry_may_help(installation, ACCOUNTS[1]) is True
    assert retry_may_help(installation, ACCOUNTS[0]) is None


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
    assert metadata(result)["failed_connections"] == 1


def test_a_connection_that_cannot_be_marked_stops_no_others(installation: Installation) -> None:
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


def test_an_import_whose_session_has_ended_stores_and_marks_nothing(
    installation: Installation,
) -> None:
    """As when the database restarts while Zoom is being read. The run no longer holds the writer's
    lock and counts as lost, so the next batch may be importing the same accounts.
    """
    before = statuses(installation)
    with only_writer(installation.url, say=pytest.fail) as writer:
        batch, accounts = open_batch(writer, as_of=NOW, run_id=None), open_connections(writer)
        ended = backend_of(writer)
        installation.execute(f"select pg_terminate_backend({ended}, 60000)")
        with pytest.raises(psycopg.OperationalError):
            import_users(
                writer,
                batch,
                accounts,
                settings=read_settings(),
                url=installation.url,
                warn=pytest.fail,
            )
    assert (imported(installation), statuses(installation)) == ([], before)


@pytest.mark.parametrize("now", [NOW, datetime.now(UTC) + timedelta(minutes=4)])
def test_no_connection_is_postponed_for_longer_than_a_day(
    installation: Installation, connections: dict[str, str], now: datetime
) -> None:
    with transaction(installation.url, role="pipeline") as connection:
        record_failed_import(
            connection,
            connections[ACCOUNTS[0]],
            reason="Zoom asks for patience.",
            now=now,
            is_transient=True,
            is_retried_soon=True,
            retry_at=datetime(2099, 1, 1, tzinfo=UTC),
        )

    assert installation.value(
        "select next_import_at - greatest(%s, now()) <= interval '1 day' "
        "from integration.connections where connection_id = %s",
        [now, connections[ACCOUNTS[0]]],
    )
