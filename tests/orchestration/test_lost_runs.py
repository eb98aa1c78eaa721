"""A run that has no session with the database is marked as failed, and no other."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from integration.pipeline.run_lock import hold_run
from integration.pipeline.writer import only_writer
from tests.orchestration.answers import installed
from tests.pipeline.installation import Installation, definitions


@pytest.fixture
def check(installation: Installation, instance: Any) -> Iterator[Callable[[], str]]:  # noqa: ARG001 - its environment
    """Evaluates the sensor as the daemon does, and returns what it says."""
    import dagster as dg

    with dg.build_sensor_context(
        instance=instance, resources=installed(), definitions=definitions()
    ) as context:

        def evaluate() -> str:
            result = definitions().resolve_sensor_def("lost_runs")(context)
            context.update_cursor(result.cursor)
            return result.skip_reason.skip_message

        yield evaluate


def start_a_run(instance: Any, job: str = "zoom_batch") -> str:
    import dagster as dg

    run_id = str(uuid4())
    instance.add_run(dg.DagsterRun(job_name=job, run_id=run_id, status=dg.DagsterRunStatus.STARTED))
    return run_id


def status_of(instance: Any, run_id: str) -> str:
    return instance.get_run_by_id(run_id).status.value


@pytest.mark.parametrize("job", ["zoom_batch", "nightly_audit"])
def test_a_run_whose_process_was_killed_is_marked_as_failed(
    instance: Any, check: Callable[[], str], job: str
) -> None:
    """Dagster learns of its end only from the process or its code server. If both are killed, as
    when the machine stops, no batch would start for BATCH_MINUTES, two hours.
    """
    run_id = start_a_run(instance, job)
    assert check() == "0 lost runs marked as failed."
    assert status_of(instance, run_id) == "STARTED"
    assert check() == "1 lost run marked as failed."
    assert status_of(instance, run_id) == "FAILURE"
    assert check() == "0 lost runs marked as failed."


def test_a_run_with_a_session_is_left_alone_until_the_session_ends(
    installation: Installation, instance: Any, check: Callable[[], str]
) -> None:
    run_id = start_a_run(instance)
    with only_writer(installation.url, say=pytest.fail, run_id=run_id):
        for _ in range(3):
            assert check() == "0 lost runs marked as failed."
    assert [check(), check()] == ["0 lost runs marked as failed.", "1 lost run marked as failed."]


def test_a_run_that_waits_for_another_writer_is_left_alone(
    installation: Installation, instance: Any, check: Callable[[], str]
) -> None:
    run_id = start_a_run(instance)
    with psycopg.connect(installation.url) as waiting:
        hold_run(waiting, run_id)
        assert [check(), check()] == ["0 lost runs marked as failed."] * 2


def test_a_run_is_lost_only_after_two_checks_in_a_row(
    installation: Installation, instance: Any, check: Callable[[], str]
) -> None:
    """It has no session a moment after its start, and a moment before its end."""
    run_id = start_a_run(instance)
    check()
    with only_writer(installation.url, say=pytest.fail, run_id=run_id):
        check()
    assert check() == "0 lost runs marked as failed."
    assert status_of(instance, run_id) == "STARTED"


def test_a_run_that_does_not_write_is_left_alone(instance: Any, check: Callable[[], str]) -> None:
    run_id = start_a_run(instance, "send_monday_digests")
    assert [check(), check()] == ["0 lost runs marked as failed."] * 2
    assert status_of(instance, run_id) == "STARTED"


@pytest.fixture
def during_the_next_check(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Callable[[], object]], None]:
    """Runs the function once, when the next check has read the runs and their locks."""
    sensor = import_module("orchestration.sensors.lost_runs")
    read = sensor.held_runs

    def run(act: Callable[[], object]) -> None:
        def read_and_act(connection: psycopg.Connection) -> set[int]:
            monkeypatch.setattr(sensor, "held_runs", read)
            held = read(connection)
            act()
            return held

        monkeypatch.setattr(sensor, "held_runs", read_and_act)

    return run


def test_a_run_that_ends_during_a_check_is_not_marked_as_failed(
    instance: Any,
    check: Callable[[], str],
    during_the_next_check: Callable[[Callable[[], object]], None],
) -> None:
    """A batch of one minute had no session yet at one check and ended during the next one. Its
    success was then overwritten, and Overview reported a failed batch.
    """
    run_id = start_a_run(instance)
    check()
    during_the_next_check(lambda: succeed(instance, run_id))
    assert check() == "0 lost runs marked as failed."
    assert status_of(instance, run_id) == "SUCCESS"


def test_a_run_that_opens_its_session_during_a_check_is_left_alone(
    installation: Installation,
    instance: Any,
    check: Callable[[], str],
    during_the_next_check: Callable[[Callable[[], object]], None],
) -> None:
    run_id = start_a_run(instance)
    check()
    with psycopg.connect(installation.url) as session:
        during_the_next_check(lambda: hold_run(session, run_id))
        assert check() == "0 lost runs marked as failed."
        assert status_of(instance, run_id) == "STARTED"
        session.execute("select pg_advisory_unlock_all()")
        assert [check(), check()] == [
            "0 lost runs marked as failed.",
            "1 lost run marked as failed.",
        ]


def succeed(instance: Any, run_id: str) -> None:
    import dagster as dg

    event = dg.DagsterEvent(event_type_value="PIPELINE_SUCCESS", job_name="zoom_batch")
    instance.report_dagster_event(event, run_id)
