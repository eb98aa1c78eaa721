"""What /metrics shows, that it names nobody, and what reading it costs."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from integration.database.own_organization import see_queues_of_everybody
from integration.database.postgres import connect
from integration.database.role_names import Role
from integration.settings import PROJECT
from integration.web.metrics.of_database import figures_of_database
from tests.patience import wait_until
from tests.pipeline.installation import Installation
from tests.web.conftest import Receiver, running, settings_with
from tests.web.metrics_story import (
    FROM_ARRIVAL,
    HISTORY,
    NAMED_NOWHERE,
    PROBLEMS,
    with_a_meeting,
)

DOCUMENT = (PROJECT / "docs" / "operations" / "monitoring.md").read_text()
ROW = re.compile(r"^\| `(zoom_\w+)` \| (\w+) \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
MOST_BLOCKS = 400  # of 8 KB, read by all queries of a scrape
LONG = 1000  # a table with more rows than this is never read whole


@pytest.fixture
def scraped(installation: Installation, tmp_path: Path) -> Iterator[Receiver]:
    with_a_meeting(installation)
    installation.execute(PROBLEMS)
    with running(settings_with(tmp_path), installation.url) as receiver:
        yield receiver


def samples(text: str) -> dict[str, float]:
    """'name{label="value"}' -> value"""
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in text.splitlines()
        if not line.startswith("#")
    }


def test_every_metric_is_documented_as_it_is_shown(scraped: Receiver) -> None:
    shown = set()
    for family in text_string_to_metric_families(scraped.get("/metrics").text):
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        kind = "gauge" if family.type in ("info", "unknown") else family.type
        name = f"{family.name}_total" if family.type == "counter" else family.name
        if name.startswith("zoom_"):
            text = ", ".join(f"`{label}`" for label in sorted(labels)) or "-"
            shown.add((name, kind, text, family.documentation))
    documented = {
        (name, kind, labels, meaning)
        for name, kind, labels, _process, meaning in ROW.findall(DOCUMENT)
    }
    assert sorted(documented ^ shown) == []


def test_the_figures_say_what_is_in_the_database(scraped: Receiver) -> None:
    found = samples(scraped.get("/metrics").text)
    delays = [found[f'zoom_entry_delay_seconds{{quantile="{at}"}}'] for at in ("0.5", "0.95")]
    assert delays == [FROM_ARRIVAL.total_seconds()] * 2
    expected = {
        "zoom_database_up": 1,
        "zoom_figures_read": 1,
        "zoom_batches_started_total": 1,
        "zoom_batch_failing": 1,
        'zoom_run_failures_total{dagster_job="zoom_batch"}': 2,
        'zoom_run_failures_total{dagster_job="nightly_audit"}': 1,
        'zoom_run_failures_total{dagster_job="housekeeping"}': 0,
        "zoom_audit_failing": 1,
        'zoom_checks_failed{dagster_job="nightly_audit"}': 2,
        "zoom_deliveries_waiting": 2,
        "zoom_deliveries_quarantined": 1,
        'zoom_connections{status="active"}': 1,
        'zoom_connections{status="needs_attention"}': 2,
        'zoom_connections{status="disconnected"}': 2,
        "zoom_connections_needing_attention": 2,
        'zoom_imports_failing{cause="access_lost"}': 1,
        'zoom_imports_failing{cause="import_failing"}': 1,
        "zoom_oldest_import_timestamp_seconds": 1772323200,
        'zoom_sessions_of_day{state="received"}': 0,
        'zoom_sessions_of_day{state="healed"}': 0,
        'zoom_sessions_of_day{state="missing"}': 1,
        'zoom_problems{cause="days_unhealed"}': 1,
        "zoom_sessions_failed": 1,
        "zoom_tables_failed": 1,
        'zoom_erasures_due_soon{kind="account"}': 1,
        'zoom_erasures_due_soon{kind="person"}': 1,
        'zoom_erasures_overdue{kind="account"}': 1,
        'zoom_erasures_overdue{kind="person"}': 1,
        "zoom_notification_channels_failing": 1,
        "zoom_mails_waiting": 1,
        "zoom_mails_failed": 1,
        'zoom_problems{cause="batches_late"}': 1,
        'zoom_problems{cause="audit_failed_anywhere"}': 1,
        'zoom_problems{cause="silence"}': 2,
        'zoom_problems{cause="erasure_due"}': 1,
        'zoom_problems{cause="daemon_silent"}': 0,
        'zoom_problems{cause="access_lost"}': 0,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert found['zoom_checks_failed{dagster_job="zoom_batch"}'] in (1, 2)  # recorded together
    waiting = found["zoom_oldest_waiting_delivery_timestamp_seconds"]
    assert 7200 <= found["zoom_oldest_waiting_mail_timestamp_seconds"] - waiting < 7300


def test_problems_of_organizations_are_unknown_while_nobody_looks(
    installation: Installation, scraped: Receiver
) -> None:
    installation.execute("update integration.last_looks set looked_at = now() - interval '1 hour'")
    found = samples(scraped.get("/metrics").text)
    causes = {name for name in found if name.startswith("zoom_problems")}
    assert causes == {
        f'zoom_problems{{cause="{cause}"}}'
        for cause in (
            *("batches_late", "audit_failed_anywhere", "failures_anywhere", "silence_anywhere"),
            *("url_validation_lapsed", "daemon_silent", "disk_nearly_full", "erasure_due"),
            *("events_missing_anywhere", "webhook_log_refused", "days_unhealed"),
        )
    }


def test_no_series_names_anyone_and_none_is_repeated(scraped: Receiver) -> None:
    text = scraped.get("/metrics").text
    names = list(samples(text))
    assert len(names) == len(set(names))
    assert [name for name in names if "_created" in name] == []
    values = re.findall(r'="([^"]*)"', "\n".join(names))
    assert [(value, one) for value in values for one in NAMED_NOWHERE if one in value] == []


def test_reading_the_figures_costs_the_same_after_years(installation: Installation) -> None:
    with_a_meeting(installation)
    installation.execute(HISTORY)
    installation.execute("vacuum analyze")
    rows = dict(installation.execute("select relname, reltuples from pg_class where relkind = 'r'"))
    with connect(installation.url, role="page") as connection:
        see_queues_of_everybody(connection)
        asked: list[tuple[Any, Any]] = []
        connection.cursor_factory = recording(asked)
        figures = figures_of_database(
            connection, disk=None, has_own_app=True, now=now_of(installation)
        )
        assert len(list(figures)) > 20
        connection.cursor_factory = psycopg.Cursor
        plans = [plan_of(connection, *query) for query in asked]
    whole = {
        node["Relation Name"] for plan in plans for node in plan if node["Node Type"] == "Seq Scan"
    }
    assert {table: rows[table] for table in whole if rows[table] > LONG} == {}
    blocks = [plan[0]["Shared Hit Blocks"] + plan[0]["Shared Read Blocks"] for plan in plans]
    assert sum(blocks) < MOST_BLOCKS


def test_no_fact_is_read_twice(installation: Installation) -> None:
    with_a_meeting(installation)
    installation.execute(PROBLEMS)
    with connect(installation.url, role="page") as connection:
        see_queues_of_everybody(connection)
        asked: list[tuple[Any, Any]] = []
        connection.cursor_factory = recording(asked)
        list(figures_of_database(connection, disk=None, has_own_app=True, now=now_of(installation)))
    queries = [str(query) for query in asked]
    assert sorted(one for one in set(queries) if queries.count(one) > 1) == []
    assert len(queries) < 30


def now_of(installation: Installation) -> Any:
    return installation.value("select now()")


def recording(asked: list[tuple[Any, Any]]) -> type[psycopg.Cursor]:
    class Recording(psycopg.Cursor):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            asked.append((query, params))
            return super().execute(query, params, **options)

    return Recording


def plan_of(connection: psycopg.Connection, query: Any, parameters: Any) -> list[dict[str, Any]]:
    """The nodes of the query's plan, the outermost first, with the blocks that each has read."""
    text = query if isinstance(query, str) else query.as_string(connection)
    ((plan,),) = connection.execute(
        f"explain (analyze, buffers, format json) {text}", parameters
    ).fetchall()

    def below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield node
        for child in node.get("Plans", ()):
            yield from below(child)

    return list(below(plan[0]["Plan"]))


def test_ten_scrapers_cost_as_much_as_one(scraped: Receiver, installation: Installation) -> None:
    with ThreadPoolExecutor(10) as pool:
        texts = list(pool.map(lambda _: scraped.get("/metrics").text, range(10)))
    installation.execute("delete from integration.mails")
    texts.append(scraped.get("/metrics").text)
    assert {samples(text)["zoom_mails_waiting"] for text in texts} == {1}


@pytest.mark.parametrize("only", [None, "receiver"])
def test_without_a_database_the_process_still_shows_its_own(
    only: Role | None, tmp_path: Path
) -> None:
    nowhere = "postgresql://a-login:a-password@127.0.0.1:1/a-database"
    with running(settings_with(tmp_path), nowhere, only=only) as receiver:
        found = samples(receiver.get("/metrics").text)
    assert found["zoom_database_up"] == 0
    assert found["zoom_receiver_seconds_count"] == 0
    assert found["zoom_home_free_bytes"] > 0
    assert "zoom_batch_failing" not in found


def test_a_database_that_does_not_answer_holds_up_no_scraper(
    scraped: Receiver, installation: Installation
) -> None:
    with connect(installation.url) as other:
        other.execute("lock table pipeline.batches in access exclusive mode")
        found = samples(scraped.get("/metrics").text)
    assert (found["zoom_figures_read"], found["zoom_receiver_seconds_count"]) == (0, 0)
    assert "zoom_batch_failing" not in found
    wait_until(lambda: samples(scraped.get("/metrics").text)["zoom_figures_read"] == 1)


def test_figures_that_cannot_be_read_are_not_a_database_that_is_down(
    scraped: Receiver, installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    installation.execute("alter table pipeline.passed_jobs rename to elsewhere")
    found = samples(scraped.get("/metrics").text)
    assert (found["zoom_database_up"], found["zoom_figures_read"]) == (1, 0)
    assert (found["zoom_receiver_seconds_count"], "zoom_batch_failing" in found) == (0, False)
    said = [record.getMessage() for record in caplog.records if "figures" in record.name]
    assert said == ["The figures for /metrics could not be read: UndefinedTable"]
