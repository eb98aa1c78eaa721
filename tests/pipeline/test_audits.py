"""The nightly audit: a failure is recorded, and only the next audit that passes clears it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.database.postgres import connect
from integration.pipeline.job_states import state_of_job
from tests.pipeline.events import Person, Session
from tests.pipeline.installation import Installation, definitions

ACCOUNT = "SimulatedAccountOne000"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANN = Person("Ann", "zu-ann", "ann@firm.example")


@pytest.fixture
def instance() -> Iterator[Any]:
    """An instance that keeps a run's events for the sensor that reads how the run ended."""
    import dagster as dg

    with dg.instance_for_test() as temporary:
        yield temporary


def audit(instance: Any) -> bool:
    """Runs the job and then the sensor, as Dagster's daemon does. Whether the audit passed."""
    import dagster as dg

    job = definitions().resolve_job_def("nightly_audit")
    tags = {"worksights/now": NOW.isoformat()}
    result = job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
    ended = result.get_run_success_event() if result.success else result.get_run_failure_event()
    name = "passed_audits" if result.success else "run_failures"
    context = dg.build_run_status_sensor_context(
        sensor_name=name,
        dagster_event=ended,
        dagster_instance=instance,
        dagster_run=result.dagster_run,
        resources={"installation": definitions().resources["installation"]},
    )
    sensor = definitions().resolve_sensor_def(name)
    sensor(context if result.success else context.for_run_failure())
    return result.success


def test_a_failed_audit_is_cleared_by_one_that_passes_and_by_no_batch(
    installation: Installation, instance: Any
) -> None:
    """The next batch checks only what it touches, but the page stopped showing the failure."""
    seen = []

    def look() -> None:
        """(whether one passed, whether one failed since, its steps), as the page reads them."""
        with connect(installation.url, role="page") as connection:
            latest = state_of_job(connection, "nightly_audit")
        seen.append((latest.passed_at is not None, latest.failed_since is not None, latest.steps))

    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})
    meeting = Session(ACCOUNT, "m1", ANN.zoom_user_id, NOW - timedelta(hours=2), NOW)
    installation.deliver(*meeting.whole([ANN]), at=NOW)
    installation.batch(now=NOW)
    look()
    ((row,),) = installation.execute("select to_jsonb(outcomes) from operations.outcomes")
    installation.execute("delete from operations.outcomes")
    passed = [audit(instance)]
    look()
    installation.batch(now=NOW + timedelta(minutes=20))
    look()
    installation.execute(
        "insert into operations.outcomes "
        "select * from jsonb_populate_record(null::operations.outcomes, %s)",
        [json.dumps(row)],
    )
    passed.append(audit(instance))
    look()

    assert passed == [False, True]
    assert seen == [
        (False, False, []),
        (False, True, ["dbt_models"]),
        (False, True, ["dbt_models"]),
        (True, False, []),
    ]
