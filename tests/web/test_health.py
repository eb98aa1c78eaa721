"""Health, readiness and metrics; and how the process starts and stops."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from psycopg import sql

from tests.patience import PATIENCE

BODY = b'{"event":"meeting.started","payload":{"account_id":"acc-named-nowhere"}}'

# `serve` as a separate process, because the tests send signals to it.
PROGRAM = """
import sys
from pathlib import Path
from integration.settings import Settings
from integration.web.serve import serve
settings = Settings(
    home=Path("."),
    values={
        "ZOOM_WEBHOOK_SECRET_TOKEN": sys.argv[2],
        "SESSION_KEY": "session-key-of-the-tests",
        "PUBLIC_URL": "http://127.0.0.1:8080",
    },
)
serve(settings, sys.argv[1], port=0, echo=lambda line: print(line, flush=True))
"""


def test_healthz_is_ok(receiver: Any) -> None:
    answer = receiver.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_readyz_is_200_while_deliveries_can_be_committed(receiver: Any) -> None:
    assert receiver.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param("drop schema ingress cascade", id="not migrated"),
        pytest.param("revoke insert on ingress.deliveries from receiver", id="no right"),
    ],
)
def test_readyz_says_what_to_do_when_deliveries_cannot_be_stored(receiver: Any, spoil: str) -> None:
    with psycopg.connect(receiver.database_url) as owner:
        owner.execute(spoil)
    answer = receiver.get("/readyz")
    assert (answer.status_code, "worksights-zoom migrate" in answer.text) == (503, True)


def test_metrics_show_figures_of_the_database_and_name_no_customer(receiver: Any) -> None:
    with psycopg.connect(receiver.database_url) as owner:
        owner.execute(
            "insert into worksights.organizations values ('some-customer', 'Some', now())"
        )
        owner.execute(
            "insert into integration.connections (organization_id, zoom_account_id, connected_at, "
            "status) values ('some-customer', 'some-account', now(), 'needs_attention')"
        )
        owner.execute(
            "insert into pipeline.batches (batch, as_of, finished_at) "
            "values (1, now(), now() - interval '1 hour')"
        )
    said = receiver.get("/metrics").text
    finished = re.search(r"^zoom_last_batch_finished_timestamp_seconds (\S+)$", said, re.MULTILINE)
    assert 3600 <= time.time() - float(finished[1]) < 7200
    assert "\nzoom_connections_needing_attention 1.0\n" in said
    assert "\nzoom_notification_channels_failing 0.0\n" in said
    assert "some-" not in said


def test_readyz_does_not_say_where_the_database_is(start_receiver: Callable[[str], Any]) -> None:
    receiver = start_receiver("postgresql://a-login:a-password@127.0.0.1:1/a-database")
    answer = receiver.get("/readyz")
    assert answer.status_code == 503
    assert re.findall("a-login|a-password|127.0.0.1|a-database", answer.text) == []


def test_readyz_is_503_when_the_database_is_read_only(receiver: Any, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        name = sql.Identifier(owner.info.dbname)
        owner.execute(
            sql.SQL("alter database {} set default_transaction_read_only = on").format(name)
        )
        owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    assert (receiver.get("/readyz").status_code, receiver.post(BODY).status_code) == (503, 503)


def test_readyz_is_503_while_the_current_time_has_no_partition(
    start_receiver: Callable[[str], Any], database_url: str
) -> None:
    default = "ingress.deliveries_default"
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("drop table ingress.deliveries_earlier")
        owner.execute(f"alter table ingress.deliveries detach partition {default}")
        receiver = start_receiver(database_url)
        headers = receiver.signed(BODY)
        assert receiver.get("/readyz").status_code == 503
        assert receiver.post(BODY, headers=headers).status_code == 503
        owner.execute(f"alter table ingress.deliveries attach partition {default} default")
        assert receiver.post(BODY, headers=headers).status_code == 204
        assert receiver.get("/readyz").status_code == 200


def test_readyz_is_503_when_rows_are_refused_until_one_is_stored(
    receiver: Any, database_url: str
) -> None:
    """Like a full disk: sessions and transaction ids are still given, but no row is stored."""
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(
            "create function public.full_disk() returns trigger language plpgsql "
            "as $$ begin raise 'No space left on device' using errcode = 'disk_full'; end $$"
        )
        owner.execute(
            "create trigger full_disk before insert on ingress.deliveries "
            "execute function public.full_disk()"
        )
        headers = receiver.signed(BODY)
        assert receiver.post(BODY, headers=headers).status_code == 503
        assert receiver.get("/readyz").status_code == 503
        owner.execute("drop trigger full_disk on ingress.deliveries")
        assert receiver.post(BODY, headers=headers).status_code == 204
        assert receiver.get("/readyz").status_code == 200


def test_readyz_is_200_after_a_row_that_is_refused_for_its_content(
    receiver: Any, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("alter table ingress.deliveries add constraint odd check (false) not valid")
    assert receiver.post(BODY, headers=receiver.signed(BODY)).status_code == 503
    assert receiver.get("/readyz").status_code == 200


def test_metrics_count_the_responses_and_start_at_zero(receiver: Any) -> None:
    receiver.post(BODY)
    receiver.post(BODY)
    receiver.post(b"not json")
    lines = (
        'zoom_deliveries_total{disposition="waiting"}',
        'zoom_deliveries_total{disposition="ignored"}',
        'zoom_deliveries_total{disposition="quarantined"}',
        'zoom_deliveries_refused_total{reason="stale"}',
        "zoom_deliveries_unavailable_total",
        "zoom_receiver_seconds_count",
    )
    assert [receiver.metric(line) for line in lines] == [2, 0, 1, 0, 0, 3]


def test_metrics_are_prometheus_text_and_name_no_customer(receiver: Any) -> None:
    receiver.post(BODY)
    answer = receiver.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "acc-named-nowhere" not in answer.text


def test_no_response_lets_its_address_become_a_referrer(receiver: Any) -> None:
    statuses = {
        "/healthz": 200,
        "/readyz": 200,
        "/metrics": 200,
        "/webhooks/zoom": 405,
        "/nowhere": 404,
    }
    answers = {path: receiver.get(path) for path in statuses}
    seen = {path: (a.status_code, a.headers["referrer-policy"]) for path, a in answers.items()}
    assert seen == {path: (status, "no-referrer") for path, status in statuses.items()}


@pytest.fixture
def process(database_url: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, database_url, "a-secret"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
    )  # fmt: skip
    yield started
    started.kill()
    started.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_process_with_success_after_one_line_of_output(
    process: subprocess.Popen[str], number: signal.Signals
) -> None:
    line = process.stdout.readline()
    base = line.removeprefix("listening on ").strip()
    answer = requests.get(f"{base}/sign-in?token=a-token-that-must-not-be-logged", timeout=PATIENCE)
    process.send_signal(number)
    said, complained = process.communicate(timeout=PATIENCE)
    assert (answer.status_code, process.returncode, said, complained) == (401, 0, "", "")
    assert re.fullmatch(r"listening on http://127\.0\.0\.1:\d+\n", line)
    assert "server" not in answer.headers


def test_a_process_without_a_secret_does_not_start(database_url: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, database_url, ""],
        capture_output=True, text=True, cwd=tmp_path, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert ended.returncode != 0
    assert "ZOOM_WEBHOOK_SECRET_TOKEN" in ended.stderr
