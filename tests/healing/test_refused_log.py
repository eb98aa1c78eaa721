"""Zoom's log of failed webhooks is refused for all accounts at once; the reason says what to do."""

from datetime import UTC, datetime, timedelta

import pytest

from integration.connections.refused_sources import OF_THE_APP, refused_sources
from integration.database.postgres import connect, database_url
from integration.healing.heal import heal
from integration.settings import read_settings
from simulator.app import App
from simulator.world import World
from tests.connections.accounts import connect_accounts
from tests.pipeline.installation import Installation

NOW = datetime.now(UTC)


def reasons(installation: Installation, app_id: str) -> list[str]:
    """Of the log's refusal, after a run of healing. Only the log is due, because no users have
    been imported.
    """
    settings = read_settings().only_of("pipeline").changed({"ZOOM_APP_ID": app_id})
    heal(settings, database_url(settings, "pipeline"), now=NOW, say=lambda _text: None)
    with connect(installation.url) as connection:
        return [one.reason for one in refused_sources(connection, organization_id=OF_THE_APP)]


def again(installation: Installation) -> None:
    installation.execute("delete from zoom_raw.healed_days")


def test_a_refused_log_is_a_problem_of_the_app_until_it_is_read_or_left_out(
    installation: Installation, zoom: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said to reconnect the account, an unknown app ID was none, and removing the ID ended
    nothing.
    """
    monkeypatch.setattr(zoom, "app", App())
    connect_accounts(installation, zoom)
    installation.execute(
        "update integration.connections set connected_at = %s", [NOW - timedelta(days=2)]
    )
    (unknown,) = reasons(installation, "AnotherApp000000000000")
    assert unknown.startswith("Zoom does not know the app ID. Copy it from the app's page")
    again(installation)
    assert reasons(installation, zoom.app.id) == []
    zoom.app.scopes.clear()
    again(installation)
    (refused,) = reasons(installation, zoom.app.id)
    assert refused.startswith("The app needs the permission marketplace_app:read:admin. Add it")
    assert reasons(installation, "") == []
