"""What the receiver answers when Postgres is slow, hangs or is unavailable."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from integration.database import embedded
from integration.database.migrate import migrated
from integration.database.postgres import database_url
from integration.settings import Settings, SettingsError
from integration.web.app import create_app
from integration.web.receiver.deliveries import (
    ANSWER_SECONDS,
    CONNECTION_WAIT_SECONDS,
    STATEMENT_MILLISECONDS,
    store_validation,
)
from simulator.sender import ANSWER_WITHIN_SECONDS
from tests.patience import wait_until
from tests.web.deliveries import LEDGER, challenge_body, event_body, waiting


def test_the_limits_of_a_response_are_within_the_time_that_zoom_waits() -> None:
    """The tests below check that they apply; the benchmarks measure how long a response takes."""
    in_order = CONNECTION_WAIT_SECONDS + STATEMENT_MILLISECONDS / 1000
    assert in_order < ANSWER_SECONDS < ANSWER_WITHIN_SECONDS


def test_a_delivery_that_cannot_be_inserted_gets_a_503(receiver: Any) -> None:
    with psycopg.connect(receiver.database_url) as owner:
        owner.execute("revoke insert on ingress.deliveries from receiver")
        owner.commit()
        assert receiver.post(event_body()).status_code == 503
    assert receiver.metric("zoom_deliveries_unavailable_total") == 1


def test_a_table_that_stays_locked_gives_a_503_before_zoom_gives_up(receiver: Any) -> None:
    with psycopg.connect(receiver.database_url) as other:
        other.execute("lock table ingress.deliveries in access exclusive mode")
        assert receiver.post(event_body()).status_code == 503
    assert receiver.post(event_body()).status_code == 204


def test_a_server_that_hangs_gives_a_503_before_zoom_gives_up(receiver: Any) -> None:
    """Like a stalled disk: the server does not enforce its own time limits then."""
    assert receiver.post(event_body()).status_code == 204
    with psycopg.connect(receiver.database_url) as other:
        found = other.execute(
            "select pid from pg_stat_activity where backend_type = 'client backend' "
            "and datname = current_database() and pid <> pg_backend_pid()"
        ).fetchall()
    try:
        for (pid,) in found:
            os.kill(pid, signal.SIGSTOP)
        assert receiver.post(event_body()).status_code == 503
    finally:
        for (pid,) in found:
            os.kill(pid, signal.SIGCONT)
    assert receiver.post(event_body()).status_code == 204


def test_connections_that_died_while_idle_lose_no_delivery(receiver: Any) -> None:
    """After a restart of the database the pool is full of dead connections."""
    with ThreadPoolExecutor(16) as senders:
        list(senders.map(lambda _: receiver.post(event_body()), range(100)))
    with psycopg.connect(receiver.database_url) as other:
        ended = other.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchone()[0]
    assert ended >= 2
    assert [receiver.post(event_body()).status_code for _ in range(20)] == [204] * 20


def test_zoom_is_asked_to_retry_while_the_database_is_unavailable(
    tmp_path: Path, start_receiver: Callable[[str], Any]
) -> None:
    home = Settings(home=tmp_path / "home", values={})
    url = database_url(home)
    try:
        with migrated(url):
            pass
        receiver = start_receiver(url)
        assert receiver.post(event_body()).status_code == 204

        embedded.stop(home.home)
        assert receiver.post(event_body()).status_code == 503
        assert (receiver.get("/readyz").status_code, receiver.get("/healthz").status_code) == (
            503,
            200,
        )

        assert database_url(home) == url
        wait_until(lambda: receiver.get("/readyz").status_code == 200)
        assert receiver.post(event_body()).status_code == 204
        assert receiver.deliveries(*LEDGER) == [waiting(event_body())] * 2
    finally:
        embedded.stop(home.home)


def test_the_app_starts_without_a_database(start_receiver: Callable[[str], Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        unused_port = taken.getsockname()[1]
    receiver = start_receiver(f"postgresql://a-login@127.0.0.1:{unused_port}/nothing")
    statuses = (receiver.post(event_body()).status_code, receiver.get("/healthz").status_code)
    assert statuses == (503, 200)


def test_refusals_need_no_database(start_receiver: Callable[[str], Any]) -> None:
    receiver = start_receiver("postgresql://a-login@127.0.0.1:1/nothing")
    body = challenge_body("token")
    answers = [
        receiver.post(body),
        receiver.post(body, headers={}),
        receiver.post(b"a" * (2 << 20)),
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 413]


def test_a_validation_that_was_not_recorded_is_recorded_after_the_next_delivery(
    receiver: Any, caplog: pytest.LogCaptureFixture
) -> None:
    recorded = "select count(*) from ingress.url_validations"
    with psycopg.connect(receiver.database_url, autocommit=True) as owner:
        owner.execute("alter table ingress.url_validations rename to away")
        assert receiver.post(challenge_body("token")).status_code == 200
        wait_until(lambda: "URL validation not recorded: UndefinedTable" in caplog.text)
        owner.execute("alter table ingress.away rename to url_validations")
        assert receiver.post(event_body()).status_code == 204
        wait_until(lambda: owner.execute(recorded).fetchone()[0] > 0)
        assert receiver.post(event_body()).status_code == 204
        assert owner.execute(recorded).fetchone() == (1,)


def test_a_validation_that_cannot_be_recorded_is_tried_only_once_more(
    receiver: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def failures() -> int:
        return caplog.text.count("URL validation not recorded")

    with psycopg.connect(receiver.database_url, autocommit=True) as owner:
        owner.execute("revoke insert on ingress.url_validations from receiver")
    assert receiver.post(challenge_body("token")).status_code == 200
    wait_until(lambda: failures() == 1)
    assert receiver.post(event_body()).status_code == 204
    wait_until(lambda: failures() == 2)
    assert [receiver.post(event_body()).status_code for _ in range(3)] == [204] * 3
    assert failures() == 2


def test_a_validation_that_waited_is_recorded_with_the_time_of_its_answer(
    database_url: str,
) -> None:
    async def record() -> None:
        async with await psycopg.AsyncConnection.connect(database_url) as connection:
            await store_validation(connection, age_seconds=3600)

    asyncio.run(record())
    with psycopg.connect(database_url) as owner:
        ages = "select validated_at <= now() - interval '1 hour' from ingress.url_validations"
        assert owner.execute(ages).fetchall() == [(True,)]


def test_commits_wait_for_the_disk_whatever_the_default(
    database_url: str, start_receiver: Callable[[str], Any]
) -> None:
    # Seen from inside the insert, in the row's own reason.
    with psycopg.connect(database_url) as owner:
        name = sql.Identifier(owner.info.dbname)
        owner.execute(sql.SQL("alter database {} set synchronous_commit = off").format(name))
        owner.execute(
            "create function ingress.note() returns trigger language plpgsql as "
            "$$begin new.reason = current_setting('synchronous_commit'); return new; end$$"
        )
        owner.execute(
            "create trigger note before insert on ingress.deliveries for each row "
            "execute function ingress.note()"
        )
    receiver = start_receiver(database_url)
    assert receiver.post(event_body()).status_code == 204
    assert receiver.deliveries("reason") == [{"reason": "on"}]


@pytest.mark.parametrize("secrets", ["", "change-me", " , ", "a-real-one,change-me"])
def test_without_a_secret_there_is_no_app(tmp_path: Path, secrets: str) -> None:
    settings = Settings(home=tmp_path, values={"ZOOM_WEBHOOK_SECRET_TOKEN": secrets})
    with pytest.raises(SettingsError, match="ZOOM_WEBHOOK_SECRET_TOKEN"):
        create_app(settings, "postgresql://a-login@127.0.0.1:1/nothing")
