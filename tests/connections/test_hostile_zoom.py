"""No response of Zoom stops or delays other accounts: one import of many accounts, each with a Zoom
that misbehaves in its own way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.pipeline import user_import
from integration.settings import Settings
from integration.zoom import http, paging
from integration.zoom.client import ZoomClient
from integration.zoom.errors import ZoomError
from tests.connections.hostile_zoom import (
    ANYWHERE,
    GRANTS,
    KINDS,
    LISTS,
    NO_GRANTS,
    NO_LISTS,
    USABLE_LISTS,
    HostileZoom,
    hostile_zoom,
)
from tests.databases import new_database
from tests.pipeline.installation import Installation, install

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WELL = ["aaa.well", "zzz.well"]  # the first and the last account
USERS_OF_ENDLESS_LIST = 50


@dataclass(frozen=True)
class Imported:
    status: str
    status_detail: str | None
    phone_detail: str | None
    waits: timedelta
    users: int
    phone_users: int
    is_complete: bool | None


@pytest.fixture(scope="module")
def hostile() -> Iterator[HostileZoom]:
    with pytest.MonkeyPatch.context() as patch:
        # The time limits stay the product's own, because a busy machine needs them.
        patch.setattr(http, "BACKOFF_SECONDS", (0.0, 0.0, 0.0))
        patch.setattr(http, "LARGEST_ANSWER_BYTES", 2**20)
        patch.setattr(paging, "MAX_PAGES", USERS_OF_ENDLESS_LIST)
        patch.setattr(user_import, "ACCOUNTS_AT_ONCE", 32)
        with hostile_zoom() as zoom:
            yield zoom


@pytest.fixture(scope="module")
def imported(server_url: str, home: Path, hostile: HostileZoom) -> Iterator[dict[str, Imported]]:
    """The result of one import, by account."""
    accounts = [f"{endpoint}.{kind}" for endpoint, kinds in KINDS.items() for kind in kinds]
    with new_database(server_url) as url, pytest.MonkeyPatch.context() as patch:
        installation = install(url, home=home, zoom=hostile.url, patch=patch)
        connect(installation, [*WELL, *accounts])
        assert installation.import_users(now=NOW).success
        yield outcome(installation)


def connect(installation: Installation, accounts: list[str]) -> None:
    """Each account in an organization of its own, with a Server-to-Server grant."""
    installation.execute(
        "insert into worksights.organizations (organization_id, name) "
        "select account, 'A firm' from unnest(%s::text[]) as account",
        [accounts],
    )
    installation.execute(
        """
        with made as (
            insert into integration.connections (organization_id, zoom_account_id)
            select account, account from unnest(%s::text[]) as account
            returning connection_id, organization_id
        )
        insert into integration.tokens (connection_id, organization_id, grant_type)
        select connection_id, organization_id, 'account_credentials' from made
        """,
        [accounts],
    )


def outcome(installation: Installation) -> dict[str, Imported]:
    rows = installation.execute(
        """
        select
            zoom_account_id, status, status_detail, phone_detail,
            next_import_at - greatest(now(), %s),
            (select count(*)::integer from zoom_raw.users where users.zoom_account_id
                = connections.zoom_account_id),
            (select count(*)::integer from zoom_raw.phone_users where phone_users.zoom_account_id
                = connections.zoom_account_id),
            (select is_complete from zoom_raw.imports where imports.zoom_account_id
                = connections.zoom_account_id)
        from integration.connections
        """,
        [NOW],
    )
    return {account: Imported(*values) for account, *values in rows}


def cases(endpoint: str, *kinds: dict) -> list[str]:
    return [f"{endpoint}.{kind}" for each in kinds for kind in each]


def test_accounts_with_good_answers_are_imported_before_and_after_all_others(
    imported: dict[str, Imported],
) -> None:
    assert [(imported[each].status, imported[each].users) for each in WELL] == [("active", 1)] * 2


def test_no_redirect_is_followed(imported: dict[str, Imported], hostile: HostileZoom) -> None:
    assert (len(imported) > 200, hostile.strayed) == (True, [])


@pytest.mark.parametrize(
    "account",
    cases("token", ANYWHERE, NO_GRANTS) + cases("users", ANYWHERE, NO_LISTS),
)
def test_an_unusable_answer_marks_its_own_connection(
    imported: dict[str, Imported], account: str
) -> None:
    found = imported[account]

    assert (found.status, found.users, found.is_complete) == ("needs_attention", 0, None)
    assert found.status_detail
    assert "unexpected error" not in found.status_detail
    assert "token-" not in found.status_detail


@pytest.mark.parametrize("account", cases("phone", ANYWHERE, NO_LISTS))
def test_a_problem_with_the_phone_users_loses_no_user(
    imported: dict[str, Imported], account: str
) -> None:
    found = imported[account]

    assert (found.users, found.phone_users, found.is_complete) == (1, 0, True)
    is_marked = found.status == "needs_attention" and found.status_detail is not None
    assert is_marked or found.phone_detail is not None


@pytest.mark.parametrize("account", cases("users", LISTS))
def test_the_first_part_of_a_list_without_an_end_is_used(
    imported: dict[str, Imported], account: str
) -> None:
    found = imported[account]

    assert (found.status, found.is_complete) == ("needs_attention", False)
    assert (found.users >= 1) is ("empty" not in account)
    assert " read before that and " in (found.status_detail or "")


@pytest.mark.parametrize("account", cases("phone", LISTS))
def test_the_first_part_of_a_phone_list_without_an_end_is_used(
    imported: dict[str, Imported], account: str
) -> None:
    found = imported[account]

    assert (found.users, found.is_complete) == (1, True)
    assert (found.phone_users >= 1) is ("empty" not in account)
    assert found.status_detail or found.phone_detail


@pytest.mark.parametrize(
    "account",
    cases("token", GRANTS) + cases("users", USABLE_LISTS) + cases("phone", USABLE_LISTS),
)
def test_an_odd_but_usable_answer_is_used(imported: dict[str, Imported], account: str) -> None:
    found = imported[account]

    assert (found.status, found.status_detail, found.is_complete) == ("active", None, True)
    assert found.users >= 1


def test_no_account_waits_longer_than_a_day(imported: dict[str, Imported]) -> None:
    waiting_longer = {
        account: found.waits
        for account, found in imported.items()
        if found.waits > timedelta(days=1)
    }
    assert waiting_longer == {}


def test_an_account_that_takes_too_long_is_cut_short_and_the_batch_continues(
    installation: Installation, hostile: HostileZoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOM_OAUTH_URL", hostile.url)
    monkeypatch.setenv("ZOOM_API_URL", hostile.url)
    monkeypatch.setattr(paging, "MAX_PAGES", 10**9)
    monkeypatch.setattr(Settings, "import_minutes", 8 / 60)
    connect(installation, [*WELL, "users.no-end"])
    assert installation.import_users(now=NOW).success

    found = outcome(installation)
    slow = found["users.no-end"]
    assert [found[each].status for each in WELL] == ["active"] * 2
    assert (slow.status, slow.is_complete, slow.users > 1) == ("needs_attention", False, True)
    assert "completely in the time allowed. " in (slow.status_detail or "")
    assert "users were read before that and have been stored." in (slow.status_detail or "")


@pytest.mark.parametrize("kind", ANYWHERE)
def test_connecting_raises_no_other_error_than_zooms(
    hostile: HostileZoom, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(http, "REQUEST_SECONDS", 1.0)
    zoom = ZoomClient(hostile.url, lambda _refused: f"token-users.{kind}", sleep=lambda _: None)

    try:
        said = zoom.me()
    except ZoomError:
        return
    assert isinstance(said, dict)
