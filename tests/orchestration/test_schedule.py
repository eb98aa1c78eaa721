"""What starts a batch, or why none starts: the schedule every 20 minutes and the sensors."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.orchestration.answers import in_words, installed
from tests.pipeline.events import Person, Session
from tests.pipeline.installation import Installation, definitions

ACCOUNT = "ScheduledAccount000000"
# The schedule reads the clock, so what is overdue must be overdue in real time.
NOW = datetime.now(UTC).replace(microsecond=0)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
BOB = Person("Bob Bay", "zu-bob", "bob@firm.example")
NOTHING_TO_DO = "No new deliveries, changed settings or overdue imports."


@pytest.fixture
def instance() -> Iterator[Any]:
    """A schedule reopens its instance, which an ephemeral one does not allow."""
    import dagster as dg

    with dg.instance_for_test() as temporary:
        yield temporary


@pytest.fixture
def tick(installation: Installation, instance: Any) -> Callable[[], Any]:  # noqa: ARG001 - its environment
    """Evaluates the schedule and returns the reason for a run, or why there is none."""
    import dagster as dg

    def evaluate() -> str:
        context = dg.build_schedule_context(
            instance=instance, resources=installed(), scheduled_execution_time=NOW
        )
        return in_words(definitions().resolve_schedule_def("every_20_minutes")(context))

    return evaluate


@pytest.fixture
def look(installation: Installation, instance: Any) -> Callable[[str], Any]:  # noqa: ARG001 - its environment
    """Evaluates a sensor in the same way."""
    import dagster as dg

    def evaluate(sensor: str) -> str:
        context = dg.build_sensor_context(
            instance=instance, resources=installed(), definitions=definitions()
        )
        return in_words(definitions().resolve_sensor_def(sensor)(context))

    return evaluate


def meeting(ended_ago: timedelta = timedelta(hours=1)) -> Session:
    end = NOW - ended_ago
    return Session(ACCOUNT, "uuid-1", "zu-ann", end - timedelta(hours=1), end)


def start_a_run(instance: Any) -> None:
    import dagster as dg

    instance.add_run(
        dg.DagsterRun(
            job_name="zoom_batch", run_id=str(uuid4()), status=dg.DagsterRunStatus.STARTED
        )
    )


def connect(installation: Installation, *, next_import_at: datetime) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})
    installation.execute(
        "update integration.connections set next_import_at = %s, users_imported_at = %s",
        [next_import_at, NOW],
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
    assert tick() == "run: the code of tables has changed"
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


def test_the_end_of_a_followed_test_meeting_starts_a_batch(
    installation: Installation, look: Callable[[str], str]
) -> None:
    connect(installation, next_import_at=NOW + timedelta(hours=6))
    waits = "skipped: 1 delivery waiting; a batch starts early at 5,000."
    starts = "run: a test meeting has ended"
    installation.deliver(meeting().ended(), at=NOW - timedelta(minutes=2))
    said = [look("backlog")]  # nobody follows a test meeting
    installation.execute(
        "insert into integration.test_meetings (organization_id, user_id, started_at) "
        "values ('firm', 'ann', now() - interval '59 minutes'), "
        "('firm', 'ann', now() - interval '1 minute')"
    )
    said.append(look("backlog"))  # the meeting ended within the earlier one
    installation.execute(
        "update integration.test_meetings set started_at = now() - interval '61 minutes' "
        "where started_at < now() - interval '5 minutes'"
    )
    said.append(look("backlog"))  # nobody follows that one any longer
    installation.execute("update integration.test_meetings set organization_id = 'another'")
    installation.deliver(meeting().started(), meeting().ended(), at=datetime.now(UTC))
    said.append(look("backlog"))
    installation.execute("update integration.test_meetings set organization_id = 'firm'")
    said.append(look("backlog"))
    assert said == [waits, starts, waits, waits.replace("1 delivery", "3 deliveries"), starts]


def said_when_meetings_end(
    installation: Installation, look: Callable[[str], str], follow: int, *ends: tuple[Person, int]
) -> list[str]:
    """Meetings end, each before a batch, while Ann follows one. All times are in minutes ago."""
    started_at = NOW - timedelta(minutes=follow)
    followed = "insert into integration.test_meetings (organization_id, user_id, started_at) values"
    installation.execute(f"{followed} ('firm', 'ann', %s)", [started_at])
    said, end = [], NOW - timedelta(seconds=1)
    for number, (person, minutes) in enumerate(ends):
        session = Session(ACCOUNT, f"uuid-{number}", "zu-bob", end - timedelta(minutes=2), end)
        installation.deliver(*session.whole([person]), at=end)
        said.append(look("backlog"))
        installation.batch(now=NOW - timedelta(minutes=minutes))
    return said


STARTS = "run: a test meeting has ended"
WAITS = "skipped: 4 deliveries waiting; a batch starts early at 5,000."


def test_a_test_meeting_starts_no_batch_after_its_entry_was_made(
    installation: Installation, look: Callable[[str], str]
) -> None:
    connect(installation, next_import_at=NOW + timedelta(hours=6))
    installation.execute(
        "insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id, "
        "effective_from) values (%s, 'zu-ann', 'ann', '-infinity')",
        [ACCOUNT],
    )
    ends = [(BOB, 2), (ANN, 2), (BOB, 2)]
    assert said_when_meetings_end(installation, look, 4, *ends) == [STARTS, STARTS, WAITS]


def test_without_an_entry_the_next_batch_of_a_test_meeting_waits_as_long_again(
    installation: Installation, look: Callable[[str], str]
) -> None:
    """An account in which nobody is mapped ran one batch after the other for an hour."""
    connect(installation, next_import_at=NOW + timedelta(hours=6))
    ends = [(ANN, 22), (ANN, 5), (ANN, 5)]
    assert said_when_meetings_end(installation, look, 40, *ends) == [STARTS, STARTS, WAITS]


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
    assert look("digests") == "skipped: No mail server is set."
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("MAIL_FROM", "worksights@tests.example")
    monkeypatch.setenv("PUBLIC_URL", "https://page.example")
    assert look("digests") == "skipped: No digest is due."
    installation.execute(
        "insert into integration.mails (kind, organization_id, user_id, monday, expires_at) "
        "values ('digest', 'firm', 'ann', current_date, now() + interval '1 hour')"
    )
    assert look("digests") == "run: a digest is retried"
    installation.execute("update integration.mails set next_attempt_at = now() + interval '1 min'")
    assert look("digests") == "skipped: No digest is due."
