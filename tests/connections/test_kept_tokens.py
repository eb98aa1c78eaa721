"""A client looks a stored token up once for many requests, and again when that matters."""

from typing import Any

import pytest

from integration.connections import client, tokens
from integration.connections.client import zoom_client
from integration.settings import read_settings
from integration.zoom.client import ZoomClient
from simulator.failures import Failure
from simulator.world import World
from tests.connections.accounts import connect_accounts
from tests.pipeline.installation import ACCOUNTS, Installation

Looked = list[str | None]


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Looked:
    """The rejected token, or None, of each look-up. Only a wrapper can count them."""
    found: Looked = []
    look_up = tokens.access_token

    def counted(*arguments: Any, **options: Any) -> tuple[str, str | None]:
        found.append(options["rejected"])
        return look_up(*arguments, **options)

    monkeypatch.setattr(tokens, "access_token", counted)
    return found


@pytest.fixture
def zoom_of_first(installation: Installation, zoom: World) -> ZoomClient:
    connection_ids = connect_accounts(installation, zoom)
    return zoom_client(
        read_settings(),
        installation.url,
        connection_id=connection_ids[ACCOUNTS[0]],
        zoom_account_id=ACCOUNTS[0],
    )


def test_a_token_is_looked_up_once_for_many_requests(
    zoom_of_first: ZoomClient, looked: Looked
) -> None:
    """Each of 17,000 requests opened a connection and locked a row."""
    for _ in range(5):
        zoom_of_first.me()
    assert looked == [None]


def test_a_token_that_zoom_rejects_is_replaced(
    zoom_of_first: ZoomClient, looked: Looked, zoom: World
) -> None:
    zoom_of_first.me()
    zoom.failures.plan(Failure("/v2/users/me", status=401, body={"code": 124}))
    zoom_of_first.me()
    zoom_of_first.me()
    first, second = looked
    assert (first, second is None) == (None, False)


def test_what_is_stored_is_looked_up_again_after_a_while(
    zoom_of_first: ZoomClient, looked: Looked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For example, the account may have been disconnected."""
    monkeypatch.setattr(client, "KEPT_SECONDS", 0.0)
    zoom_of_first.me()
    zoom_of_first.me()
    assert looked == [None, None]
