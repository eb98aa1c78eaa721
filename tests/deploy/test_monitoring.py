"""The rules and the dashboard in a real Prometheus, which scrapes a real receiver and page: each
alert fires for its problem and ends with it, and each query of the dashboard is answered.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from shutil import which

import pytest

from integration.causes import disk
from integration.settings import PROJECT
from tests.deploy.prometheus import NAMES, RULES, Prometheus, running_prometheus
from tests.notify.watched import (
    DAEMON,
    DETAIL,
    ERASURE,
    EVENTS,
    FAILED,
    HISTORY,
    VALIDATED,
    Watched,
    watched,
)
from tests.patience import wait_until
from tests.web.conftest import Receiver, running, settings_with
from tests.web.deliveries import event_body

pytestmark = pytest.mark.skipif(
    which("prometheus") is None, reason="no prometheus (Debian: apt-get install prometheus)"
)
RECEIVER, PAGE = "worksights-zoom-receiver", "worksights-zoom-page"
RUNS_FAILED = """
    insert into pipeline.run_failures (run_id, failed_at, job, steps) values
        ('a', %(now)s, 'zoom_batch', '{}'), ('b', %(now)s, 'nightly_audit', '{}')
"""
UNSENT = """
    insert into integration.notifications
        (organization_id, channel, reason, created_at, next_attempt_at, expires_at)
    values ('acme', 'webhook', 'No answer.', %(now)s - interval '1 hour',
        %(now)s + interval '1 day', %(now)s + interval '1 day');
    insert into integration.mails (kind, sealed, status, created_at, next_attempt_at, expires_at)
    values ('sign_in', 'x', 'waiting', %(now)s - interval '16 minutes', %(now)s + interval '1 day',
        %(now)s + interval '1 day')
"""
MISSING = """
    insert into zoom_raw.known_sessions
        (organization_id, zoom_account_id, session_id, feature, zoom_uuid, ended_at, read_at)
    values ('acme', 'WatchedZoomAccount0000', 'lost', 'meetings', 'u',
        %(now)s - interval '30 hours', %(now)s)
"""
UNHEALED = """
    insert into integration.connections
        (organization_id, zoom_account_id, connected_at, users_imported_at)
    values ('acme', 'UnhealedZoomAccount000', '2026-01-01', %(now)s)
"""
PROBLEMS = [
    (HISTORY, {}),
    (VALIDATED, {}),
    (DAEMON, {}),
    (ERASURE, {}),
    (EVENTS, {}),
    (RUNS_FAILED, {}),
    (FAILED, {"model": "pipeline.settings", "scope": "{}"}),
    (DETAIL, {"text": "Zoom accepts it no longer. Reconnect the account.", "transient": False}),
    (UNSENT, {}),
    (MISSING, {}),
    (UNHEALED, {}),
]
NO_RECEIVER = {"ZoomProcessDown"}
NO_PAGE = {"ZoomPageMissing"}
NO_DATABASE = {"ZoomDatabaseDown", "ZoomDeliveriesNotStored"}
NO_FIGURES = {"ZoomFiguresNotRead"}
REFUSED = {"ZoomDeliveriesRefused"}
OF_FIGURES = set(NAMES) - NO_RECEIVER - NO_PAGE - NO_DATABASE - NO_FIGURES - REFUSED


@dataclass
class Monitored:
    prometheus: Prometheus
    acme: Watched
    page: Receiver
    receiver: Receiver
    stop_receiver: Callable[[], None]
    start_receiver: Callable[[], Receiver]
    patch: pytest.MonkeyPatch

    def scrape(self, *, page: bool = True) -> None:
        of_page = {PAGE: self.page.base} if page else {}
        self.prometheus.scrapes({RECEIVER: self.receiver.base, **of_page})

    def fires(self, alerts: set[str], *, meanwhile: Callable[[], object] = lambda: None) -> None:
        def happened() -> bool:
            meanwhile()
            return alerts <= self.prometheus.firing()

        wait_until(happened, every=0.5)

    def ends(self) -> None:
        wait_until(lambda: not self.prometheus.firing(), every=0.5)


@pytest.fixture(scope="module")
def monitored(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitored]:
    home = tmp_path_factory.mktemp("home")
    settings = settings_with(home)
    receivers = ExitStack()
    with (
        pytest.MonkeyPatch.context() as patch,
        watched(server_url) as acme,
        running(settings, acme.url, only="page") as page,
        running_prometheus(home / "prometheus") as prometheus,
        receivers,
    ):
        patch.setattr(disk, "LEAST_SHARE_FREE", 0.0)  # this machine's disk may be nearly full
        acme.is_well(at=datetime.now(UTC))

        def start() -> Receiver:
            return receivers.enter_context(running(settings, acme.url, only="receiver"))

        one = Monitored(prometheus, acme, page, start(), receivers.close, start, patch)
        one.scrape()
        wait_until(lambda: len(prometheus.ask("zoom_database_up == 1")) == 2)
        yield one


def test_all_is_well_at_first(monitored: Monitored) -> None:
    wait_until(lambda: bool(monitored.prometheus.ask('zoom_problems{cause="batches_late"} == 0')))
    monitored.ends()


def test_each_alert_about_figures_fires_and_ends(monitored: Monitored) -> None:
    for statement, parameters in PROBLEMS:
        monitored.acme.rows(statement, {**parameters, "now": datetime.now(UTC)})
    monitored.patch.setattr(disk, "LEAST_SHARE_FREE", 1.1)
    monitored.patch.setattr(disk, "LEAST_BYTES_FREE", 1 << 80)
    monitored.fires(OF_FIGURES)
    monitored.acme.is_well(at=datetime.now(UTC))
    monitored.acme.rows("delete from integration.notifications")
    monitored.acme.rows("delete from integration.mails")
    monitored.acme.rows("delete from zoom_raw.known_sessions")
    monitored.acme.rows(
        "delete from integration.connections where zoom_account_id = 'UnhealedZoomAccount000'"
    )
    monitored.patch.setattr(disk, "LEAST_SHARE_FREE", 0.0)
    monitored.ends()


def test_requests_that_are_refused_fire(monitored: Monitored) -> None:
    body = event_body()

    def refuse() -> None:
        for _ in range(30):
            monitored.receiver.post(body, headers={})

    monitored.fires(REFUSED, meanwhile=refuse)
    monitored.ends()


def test_deliveries_that_cannot_be_stored_fire(monitored: Monitored) -> None:
    monitored.acme.rows("alter table ingress.deliveries rename to elsewhere")
    monitored.fires(NO_DATABASE, meanwhile=lambda: monitored.receiver.post(event_body()))
    monitored.acme.rows("alter table ingress.elsewhere rename to deliveries")
    wait_until(lambda: monitored.receiver.get("/readyz").status_code == 200)
    monitored.ends()


def test_figures_that_cannot_be_read_fire_and_no_database_is_down(monitored: Monitored) -> None:
    monitored.acme.rows("alter table pipeline.passed_jobs rename to elsewhere")
    wait_until(lambda: monitored.prometheus.firing() == NO_FIGURES, every=0.5)
    monitored.acme.rows("alter table pipeline.elsewhere rename to passed_jobs")
    monitored.ends()


def test_a_process_that_is_gone_fires(monitored: Monitored) -> None:
    monitored.stop_receiver()
    monitored.fires(NO_RECEIVER)
    monitored.receiver = monitored.start_receiver()
    monitored.scrape()
    monitored.ends()


def test_a_page_that_nobody_scrapes_fires(monitored: Monitored) -> None:
    monitored.scrape(page=False)
    monitored.fires(NO_PAGE)
    monitored.scrape()
    monitored.ends()


def queries() -> Mapping[str, str]:
    """Title of the panel and letter of the query -> the query."""
    file = PROJECT / "deploy" / "grafana" / "dashboard.json"
    return {
        f"{panel['title']}, {target['refId']}": target["expr"]
        for panel in json.loads(file.read_text())["panels"]
        for target in panel.get("targets", ())
    }


@pytest.mark.parametrize("title", queries())
def test_prometheus_answers_the_query_of_the_dashboard(title: str, monitored: Monitored) -> None:
    """With or without data; and every metric that it names is documented."""
    query = queries()[title]
    assert isinstance(monitored.prometheus.ask(query), list)
    named = set(re.findall(r"\bzoom_\w+", query))
    document = (PROJECT / "docs" / "operations" / "monitoring.md").read_text()
    documented = set(re.findall(r"^\| `(zoom_\w+)` \|", document, re.MULTILINE))
    assert {name.removesuffix("_bucket") for name in named} <= documented


def test_the_alerts_use_metrics_that_exist() -> None:
    document = (PROJECT / "docs" / "operations" / "monitoring.md").read_text()
    documented = set(re.findall(r"^\| `(zoom_\w+)` \|", document, re.MULTILINE))
    used = {name for rule in RULES for name in re.findall(r"\bzoom_\w+", rule["expr"])}
    assert used - documented == set()


def test_the_dashboard_shows_data(monitored: Monitored) -> None:
    """More than half of the queries have data, although there is hardly any history."""
    empty = {title for title, query in queries().items() if not monitored.prometheus.ask(query)}
    assert len(empty) < len(queries()) / 2, sorted(empty)
