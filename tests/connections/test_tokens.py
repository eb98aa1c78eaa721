"""Tokens at rest, on a real Postgres: encrypted, renewed once, never lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet

from integration.connections import tokens
from integration.connections.tokens import access_token, save_grant
from integration.database.postgres import transaction
from integration.zoom.errors import PermanentZoomError, TransientZoomError
from integration.zoom.oauth import Grant
from tests.databases import page_of
from tests.patience import PATIENCE, wait_until

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEYS = (Fernet.generate_key().decode(),)
API_URL = "https://api-eu.zoom.us"


def grant(number: int, **changes: Any) -> Grant:
    values = {
        "access_token": f"made-up-access-{number}",
        "refresh_token": f"made-up-refresh-{number}",
        "expires_at": NOW + timedelta(hours=1),
        "api_url": API_URL,
        "scope": "user:read:user:admin",
    }
    return Grant(**(values | changes))


class Renewals:
    """Returns grants 2, 3 and so on; `asked` records its arguments."""

    def __init__(self, **changes: Any) -> None:
        self.changes = changes
        self.asked: list[tuple[str, str | None]] = []

    def __call__(self, grant_type: str, refresh_token: str | None) -> Grant:
        self.asked.append((grant_type, refresh_token))
        return grant(len(self.asked) + 1, **self.changes)


def never_renew(grant_type: str, _refresh_token: str | None) -> Grant:
    raise AssertionError(f"the {grant_type} should not have been renewed")


@pytest.fixture
def connected(database_url: str) -> str:
    """The database with one connection, `c1`, that has no tokens yet."""
    with transaction(database_url) as connection:
        connection.execute(
            "insert into worksights.organizations (organization_id, name) values ('o1', 'One')"
        )
        connection.execute(
            """
            insert into integration.connections (connection_id, organization_id, zoom_account_id)
            values ('c1', 'o1', 'a1')
            """
        )
    return database_url


def save(url: str, saved: Grant, **changes: Any) -> None:
    values = {"grant_type": "authorization_code", "keys": KEYS} | changes
    with page_of(url, "o1") as connection:
        save_grant(connection, connection_id="c1", organization_id="o1", grant=saved, **values)


def stored_row(url: str) -> tuple[Any, ...]:
    """Decrypted, as another connection sees it."""
    with transaction(url) as connection:
        row = connection.execute(
            """
            select grant_type, access_token, refresh_token, expires_at, api_url, scope
            from integration.tokens
            """
        ).fetchone()
    assert row is not None
    fernet = Fernet(KEYS[0])
    return tuple(
        fernet.decrypt(value).decode() if index in (1, 2) and value else value
        for index, value in enumerate(row)
    )


def test_saved_tokens_are_unreadable_in_the_database(connected: str) -> None:
    save(connected, grant(1))

    with transaction(connected) as connection:
        text = str(connection.execute("select * from integration.tokens").fetchall())
    assert "made-up" not in text
    assert stored_row(connected) == (
        "authorization_code",
        "made-up-access-1",
        "made-up-refresh-1",
        NOW + timedelta(hours=1),
        API_URL,
        "user:read:user:admin",
    )


def test_connecting_again_replaces_the_whole_grant(connected: str) -> None:
    save(connected, grant(1))
    again = grant(2, refresh_token=None, api_url=None, scope="")
    save(connected, again, grant_type="account_credentials")

    assert stored_row(connected) == (
        "account_credentials",
        "made-up-access-2",
        None,
        NOW + timedelta(hours=1),
        None,
        "",
    )


@pytest.mark.parametrize(
    ("seconds_to_live", "token"),
    [(3600, "made-up-access-1"), (60, "made-up-access-1"), (59, "made-up-access-2"), (-9, None)],
    ids=["fresh", "a minute", "less than a minute", "expired"],
)
def test_a_token_is_renewed_when_it_has_less_than_a_minute_to_live(
    connected: str, seconds_to_live: int, token: str | None
) -> None:
    save(connected, grant(1, expires_at=NOW + timedelta(seconds=seconds_to_live)))

    got = access_token(connected, "c1", keys=KEYS, renew=Renewals(), now=NOW)
    assert got == (token or "made-up-access-2", API_URL)


def test_the_rotated_refresh_token_is_on_disk_before_anyone_uses_the_access_token(
    connected: str,
) -> None:
    save(connected, grant(1, expires_at=NOW))

    access_token(connected, "c1", keys=KEYS, renew=Renewals(), now=NOW)

    # The caller may crash right here.
    assert stored_row(connected)[1:3] == ("made-up-access-2", "made-up-refresh-2")


def test_a_token_that_could_not_be_stored_is_never_handed_out(connected: str) -> None:
    """Otherwise it would be used while the refresh token that belongs to it is lost."""
    save(connected, grant(1, expires_at=NOW))

    with pytest.raises(psycopg.DataError, match="NUL"):
        access_token(connected, "c1", keys=KEYS, renew=Renewals(scope="\x00"), now=NOW)
    assert stored_row(connected)[1:3] == ("made-up-access-1", "made-up-refresh-1")


def test_each_renewal_uses_the_refresh_token_of_the_one_before(connected: str) -> None:
    save(connected, grant(1, expires_at=NOW))
    renewals = Renewals(expires_at=NOW)

    for _ in range(3):
        access_token(connected, "c1", keys=KEYS, renew=renewals, now=NOW)

    assert renewals.asked == [
        ("authorization_code", "made-up-refresh-1"),
        ("authorization_code", "made-up-refresh-2"),
        ("authorization_code", "made-up-refresh-3"),
    ]


def test_an_answer_without_refresh_token_or_address_leaves_the_stored_ones(connected: str) -> None:
    save(connected, grant(1, expires_at=NOW))
    renewals = Renewals(refresh_token=None, api_url=None)

    got = access_token(connected, "c1", keys=KEYS, renew=renewals, now=NOW)
    assert got == ("made-up-access-2", API_URL)
    assert stored_row(connected)[2:5] == ("made-up-refresh-1", NOW + timedelta(hours=1), API_URL)


def test_a_server_to_server_grant_is_renewed_without_a_refresh_token(connected: str) -> None:
    expired = grant(1, refresh_token=None, expires_at=NOW)
    save(connected, expired, grant_type="account_credentials")
    renewals = Renewals(refresh_token=None)

    access_token(connected, "c1", keys=KEYS, renew=renewals, now=NOW)
    assert renewals.asked == [("account_credentials", None)]


def test_a_refused_token_is_renewed_although_it_has_time_left(connected: str) -> None:
    save(connected, grant(1))

    got = access_token(
        connected, "c1", keys=KEYS, renew=Renewals(), now=NOW, rejected="made-up-access-1"
    )
    assert got[0] == "made-up-access-2"


def test_a_refused_token_that_was_replaced_is_not_renewed_again(connected: str) -> None:
    save(connected, grant(2))

    got = access_token(
        connected, "c1", keys=KEYS, renew=never_renew, now=NOW, rejected="made-up-access-1"
    )
    assert got[0] == "made-up-access-2"


@pytest.mark.parametrize("failing", [None, "made-up-access-1"], ids=["expired", "refused"])
def test_two_callers_that_need_a_renewal_at_once_cause_exactly_one(
    connected: str, failing: str | None
) -> None:
    save(connected, grant(1, expires_at=NOW if failing is None else NOW + timedelta(hours=1)))
    renewals = Renewals()
    both_ready = threading.Barrier(2)

    def renew_when_the_other_waits(grant_type: str, refresh_token: str | None) -> Grant:
        wait_until(lambda: someone_waits_for_a_lock(connected))
        return renewals(grant_type, refresh_token)

    def ask(_number: int) -> tuple[str, str | None]:
        both_ready.wait(timeout=PATIENCE)
        return access_token(
            connected,
            "c1",
            keys=KEYS,
            renew=renew_when_the_other_waits,
            now=NOW,
            rejected=failing,
        )

    with ThreadPoolExecutor(2) as threads:
        got = list(threads.map(ask, range(2)))

    assert got == [("made-up-access-2", API_URL)] * 2
    assert renewals.asked == [("authorization_code", "made-up-refresh-1")]


def test_a_renewal_that_takes_too_long_elsewhere_is_a_transient_error(
    connected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "LOCK_TIMEOUT", "10ms")
    save(connected, grant(1))

    with transaction(connected) as other:
        other.execute("select connection_id from integration.tokens for update")
        with pytest.raises(TransientZoomError):
            access_token(connected, "c1", keys=KEYS, renew=never_renew, now=NOW)


def test_a_failed_renewal_leaves_the_stored_grant_as_it_was(connected: str) -> None:
    save(connected, grant(1, expires_at=NOW))

    def fail(*_asked: object) -> Grant:
        raise TransientZoomError("Zoom is having problems.")

    with pytest.raises(TransientZoomError, match="is having problems"):
        access_token(connected, "c1", keys=KEYS, renew=fail, now=NOW)
    assert stored_row(connected)[1:3] == ("made-up-access-1", "made-up-refresh-1")


def test_keys_can_be_rotated_while_tokens_are_stored(connected: str) -> None:
    save(connected, grant(1, expires_at=NOW))
    new_key = Fernet.generate_key().decode()

    access_token(connected, "c1", keys=(new_key, *KEYS), renew=Renewals(), now=NOW)

    # Renewed once, the old key is no longer needed.
    got = access_token(connected, "c1", keys=(new_key,), renew=never_renew, now=NOW)
    assert got[0] == "made-up-access-2"


@pytest.mark.parametrize(
    ("saved", "keys", "words"),
    [
        (grant(1), (Fernet.generate_key().decode(),), "Reconnect the account, .* restore the key"),
        (None, KEYS, "no stored access. Reconnect the account"),
        (grant(1, refresh_token=None, expires_at=NOW), KEYS, "be renewed. Reconnect the account"),
    ],
    ids=["keys lost", "nothing stored", "no refresh token"],
)
def test_without_a_usable_grant_the_error_says_reconnect_and_shows_no_token(
    connected: str, saved: Grant | None, keys: tuple[str, ...], words: str
) -> None:
    if saved:
        save(connected, saved)

    with pytest.raises(PermanentZoomError, match=words) as caught:
        access_token(connected, "c1", keys=keys, renew=never_renew, now=NOW)
    assert "made-up" not in f"{caught.value!s} {caught.value!r}"


def someone_waits_for_a_lock(url: str) -> bool:
    with transaction(url) as connection:
        row = connection.execute(
            """
            select count(*)
            from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'
            """
        ).fetchone()
    return row is not None and row[0] > 0
