"""What starts a batch, or why none starts: the schedule every 20 minutes and the sensors."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.orchestration.scheduled import ACCOUNT, ANN, NOW, connect, meeting
from tests.pipeline.installation import Installation

NOTHING_TO_DO = "No new deliveries, changed settings or overdue imports."


def start_a_run(instance: Any) -> None:
    import dagster as dg

    instance.add_run(
        dg.DagsterRun(
            job_name="zoom_batch", run_id=str(uuid4()), status=dg.DagsterRunStatus.STARTED
        )
    )


def test_an_empty_installation_has_nothing_to_do(tick: Callable[[], str]) -> None:
    assert tick() == f"skipped: {NOTHING_TO_DO}"


def test_a_waiting_delivery_is_a_reason(
    installation: Installation, tick: Callable[[], str]
) -> None:
    installation.deliver(meeting().ended(), at=NOW)
    assert tick() == "run: deliveries are waiting"


def test_an_overdue_import_and_changed_settings_are_reasons(
    installation: Installation, tick: Callable[[], str]
) -> None:
    connect(installation, next_import_at=NOW - timedelta(seconds=1))
    assert tick() == "run: settings have changed; a user import is waiting"


def test_changed_rules_are_a_reason(installation: Installation, tick: Callable[[], str]) -> None:
    """An update applies its rules to the past although nothing arrives."""
    installation.execute(
        "update pipeline.progress set fingerprint = 'other' where model = 'timeline.activities'"
    )
    assert tick() == "run: the code of some tables has changed"
    installation.batch(now=NOW)
    assert tick() == f"skipped: {NOTHING_TO_DO}"


def test_a_batch_leaves_nothing_to_do_until_something_happens(
    installation: Installation, tick: Callable[[], str]
) -> None:
    connect(installation, next_import_at=NOW + timedelta(hours=6))
    session = meeting(ended_ago=timedelta(hours=25))
    installation.deliver(session.joined(ANN, session.started_at), at=session.ended_at)
    installation.batch(now=session.ended_at + timedelta(minutes=1))
    said = [tick()]
    installation.batch(now=NOW)
    said.append(tick())
    installation.execute(
        """
        insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id)
        values (%s, 'zu-ann', 'ann')
        """,
        [ACCOUNT],
    )
    said.append(tick())
    installation.land(now=NOW)
    said.append(tick())
    installation.execute("delete from integration.mapping_changes")
    said.append(tick())
    installation.execute("update worksights.users set email = 'ann.ash@firm.example'")
    said.append(tick())

    assert said == [
        "run: a user import is waiting; a session has had no ended event for 24 hours",
        f"skipped: {NOTHING_TO_DO}",
        "run: settings have changed",
        "run: settings have changed; the last batch did not finish",
        "run: the last batch did not finish",
        "run: settings have changed; the last batch did not finish",
    ]


def test_the_nightly_audit_passes_and_leaves_nothing_to_do(
    installation: Installation, tick: Callable[[], str]
) -> None:
    connect(installation, next_import_at=NOW + timedelta(hours=6))
    installation.deliver(*meeting().whole([ANN]), at=NOW)
    installation.batch(now=NOW)
    audited = installation.audit(now=NOW)

    assert {check.passed for check in audited.get_asset_check_evaluations()} == {True}
    assert tick() == f"skipped: {NOTHING_TO_DO}"


def test_a_tick_is_skipped_while_a_batch_runs(
    installation: Installation, tick: Callable[[], str], instance: Any
) -> None:
    installation.deliver(meeting().ended(), at=NOW)
    start_a_run(instance)
    assert tick() == "skipped: The previous batch is still running."


def test_a_new_connection_is_imported_at_once_and_only_once(
    installation: Installation, look: Callable[[str], str]
) -> None:
    said = [look("new_connection")]
    installation.organization("firm", account=ACCOUNT, users={})
    said.append(look("new_connection"))
    installation.import_users(now=NOW)  # fails: this connection has no grant
    said.append(look("new_connection"))
    no_import = "skipped: No new connection and no import requested."
    assert said == [no_import, "run: 1 import requested", no_import]


def test_a_requested_import_starts_at_once(
    installation: Installation, look: Callable[[str], str]
) -> None:
    installation.organization("firm", account=ACCOUNT, users={})
    installation.execute(
        "update integration.connections set users_imported_at = now(), "
        "next_import_at = now() + interval '6 hours'"
    )
    said = [look("new_connection")]
    installation.execute("update integration.connections set next_import_at = now()")
    said.append(look("new_connection"))
    # Six hours later the next import is due: the schedule starts that one, not the sensor.
    installation.execute(
        "update integration.connections set users_imported_at = next_import_at - interval '6 hours'"
    )
    said.append(look("new_connection"))
    no_import = "skipped: No new connection and no import requested."
    assert said == [no_import, "run: 1 import requested", no_import]


def test_a_backlog_starts_a_batch_early(
    installation: Installation, look: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKLOG_DELIVERIES", "3")
    installation.deliver(meeting().started(), meeting().ended(), at=NOW)
    said = [look("backlog")]
    installation.deliver(meeting().ended(), at=NOW)
    said.append(look("backlog"))
    assert said == [
        "skipped: 2 deliveries waiting; a batch starts early at 3.",
        "run: at least 3 deliveries are waiting",
    ]


def test_the_daemon_replaces_the_time_of_a_clock_that_was_ahead(
    installation: Installation, look: Callable[[str], str]
) -> None:
    installation.execute(
        "insert into pipeline.passed_jobs values ('dagster_daemon', now() + interval '3 days')"
    )
    look("backlog")
    ahead = "select passed_at > now() + interval '1 day' from pipeline.passed_jobs"
    assert installation.execute(ahead) == [(False,)]


def test_sensors_wait_for_a_running_batch(
    installation: Installation,
    look: Callable[[str], str],
    instance: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BACKLOG_DELIVERIES", "1")
    installation.organization("firm", account=ACCOUNT, users={})
    installation.deliver(meeting().ended(), at=NOW)
    start_a_run(instance)
    assert [look("new_connection"), look("backlog")] == [
        "skipped: A batch is running. Checking again when it finishes.",
        "skipped: A batch is already running.",
    ]


def test_a_digest_is_sent_when_it_is_due_and_again_when_it_failed(
    installation: Installation, look: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look("digests") == "skipped: SMTP_URL is not set, so no digests are sent."
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("MAIL_FROM", "worksights@tests.example")
    monkeypatch.setenv("PUBLIC_URL", "https://page.example")
    assert look("digests") == "skipped: No digest is due."
    installation.execute(
        "insert into integration.mails (kind, organization_id, user_id, monday, expires_at) "
        "values ('digest', 'firm', 'ann', current_date, now() + interval '1 hour')"
    )
    assert look("digests") == "run: a digest is waiting to be retried"
    installation.execute("update integration.mails set next_attempt_at = now() + interval '1 min'")
    assert look("digests") == "skipped: No digest is due."
