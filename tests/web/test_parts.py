"""The receiver and the page, each without the other."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from integration.settings import Settings
from tests.patience import PATIENCE, wait_until
from tests.web.conftest import NEWER_SECRET, Receiver, running, settings_with
from tests.web.deliveries import event_body

ONLY_A_RECEIVER = """
import sys
from pathlib import Path
from integration.settings import Settings
from integration.web.app import create_app
settings = Settings(home=Path("."), values={"ZOOM_WEBHOOK_SECRET_TOKEN": "a-secret"})
create_app(settings, "postgresql://receiver@127.0.0.1:1/nothing", only="receiver")
print(*sorted(sys.modules))
"""


@pytest.fixture
def only_receiver(database_url: str, tmp_path: Path) -> Any:
    settings = Settings(tmp_path, {"ZOOM_WEBHOOK_SECRET_TOKEN": NEWER_SECRET})
    with running(settings, database_url, only="receiver") as receiver:
        wait_until(lambda: receiver.get("/readyz").status_code == 200)
        yield receiver


@pytest.fixture
def only_page(database_url: str, tmp_path: Path) -> Any:
    with running(settings_with(tmp_path, secrets=""), database_url, only="page") as page:
        wait_until(lambda: page.get("/readyz").status_code == 200)
        yield page


def test_a_receiver_alone_stores_deliveries_and_has_no_page(only_receiver: Receiver) -> None:
    assert only_receiver.post(event_body()).status_code == 204
    statuses = {path: only_receiver.get(path).status_code for path in ("/sign-in", "/healthz")}
    assert statuses == {"/sign-in": 404, "/healthz": 200}
    assert only_receiver.metric('zoom_deliveries_total{disposition="waiting"}') == 1
    assert "zoom_connections_needing_attention" not in only_receiver.get("/metrics").text


def test_a_page_alone_has_no_receiver(only_page: Receiver) -> None:
    assert only_page.post(event_body()).status_code == 404
    assert only_page.get("/sign-in").status_code == 200
    said = only_page.get("/metrics").text
    assert "zoom_connections_needing_attention 0.0" in said
    assert "zoom_deliveries_total" not in said


@pytest.mark.parametrize("spoil", ["drop schema integration cascade", "insert"])
def test_a_page_is_not_ready_when_it_cannot_be_answered(
    spoil: str, database_url: str, start_only_page: Callable[[], Receiver]
) -> None:
    revoked = "revoke insert on integration.page_sessions from page"
    with psycopg.connect(database_url) as owner:
        owner.execute(revoked if spoil == "insert" else spoil)
    answer = start_only_page().get("/readyz")
    assert (answer.status_code, "worksights-zoom migrate" in answer.text) == (503, True)


@pytest.fixture
def start_only_page(database_url: str, tmp_path: Path) -> Any:
    with running(settings_with(tmp_path, secrets=""), database_url, only="page") as page:
        yield lambda: page


def test_a_receiver_alone_does_not_load_the_page() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ONLY_A_RECEIVER],
        capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    loaded = done.stdout.split()
    assert "integration.web.receiver.endpoint" in loaded
    pages = ("integration.web.page", "integration.sign_in", "integration.connections", "jinja2")
    assert [name for name in loaded if name.startswith(pages)] == []
