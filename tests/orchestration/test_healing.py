"""The job that heals days: when it runs, a day that somebody asks for, and the numbers it shows."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.dagster_in_memory import dagster_in_memory
from tests.healing.short_past import (
    DAY,
    EVERYTHING,
    FIRST,
    SECOND,
    ShortPast,
    everything,
    newest_due,
    short_past,
)
from tests.orchestration.answers import installed
from tests.pipeline.installation import definitions

SCHEDULED = {"dagster/schedule_name": "heal_every_hour"}
ALL_FINISHED = {
    "accounts_and_sources": 4,
    "finished": 4,
    "unfinished": 0,
    "failed": 0,
    "refused": 0,
    "requests": 22,
    "gaps": 38,
    "unreadable": 0,
}


@pytest.fixture(scope="module")
def shared_past(server_url: str, home: Path) -> Iterator[ShortPast]:
    with short_past(server_url, home) as found:
        yield found


@pytest.fixture
def due(shared_past: ShortPast) -> date:
    """The only day that is due, with everything that happened on it."""
    morning = newest_due(datetime.now(UTC))
    shared_past.start_again()
    shared_past.connected_at(morning)
    shared_past.control("history", method="DELETE")
    for account in (FIRST, SECOND):
        shared_past.control("history", events=everything(account, morning=morning))
    return morning.date()


@pytest.fixture
def tick(shared_past: ShortPast, instance: Any) -> Callable[[], Any]:  # noqa: ARG001 - its environment
    import dagster as dg

    def evaluate() -> Any:
        context = dg.build_schedule_context(instance=instance, resources=installed())
        return definitions().resolve_schedule_def("heal_every_hour")(context)

    return evaluate


def run(day: date, **tags: str) -> Any:
    with dagster_in_memory() as instance:
        job = definitions().resolve_job_def("heal")
        return job.execute_in_process(
            instance=instance, partition_key=day.isoformat(), tags=tags, raise_on_error=False
        )


def shown(result: Any) -> dict[str, Any]:
    """The numbers of the run, as the Dagster UI shows them."""
    [event] = result.asset_materializations_for_node("zoom_raw__healed_days")
    return {name: value.value for name, value in event.metadata.items() if name in ALL_FINISHED}


def test_a_run_of_the_schedule_heals_what_is_due_and_shows_its_numbers(
    due: date, shared_past: ShortPast
) -> None:
    result = run(due, **SCHEDULED)
    assert (result.success, shown(result)) == (True, ALL_FINISHED)
    assert (shared_past.queued(FIRST), shared_past.queued(SECOND)) == (EVERYTHING, EVERYTHING)
    again = run(due, **SCHEDULED)
    assert (again.success, shown(again)) == (True, dict.fromkeys(ALL_FINISHED, 0))


def test_a_day_that_somebody_asks_for_is_healed_whether_or_not_it_is_due(
    due: date, shared_past: ShortPast
) -> None:
    run(due, **SCHEDULED)
    result = run(due)
    # Ends that wait in the queue are known, so the details of these meetings are not read.
    assert shown(result) == {**ALL_FINISHED, "requests": 18, "gaps": 0}
    older = due - timedelta(days=1)
    assert shown(run(older)) == dict.fromkeys(ALL_FINISHED, 0)  # before the connection
    assert shared_past.queued() == EVERYTHING


def test_what_fails_at_zoom_is_a_number_and_no_failed_run(
    due: date, shared_past: ShortPast
) -> None:
    """A failed run would notify the operator of what is tried again automatically."""
    shared_past.fail("/v2/phone/call_history", status=408)
    shared_past.control("access", account_id=SECOND, missing_scopes=["report:read:user:admin"])
    result = run(due, **SCHEDULED)
    numbers = shown(result)
    assert (result.success, numbers["finished"]) == (True, 2)
    assert (numbers["failed"], numbers["refused"], numbers["gaps"]) == (1, 1, 19)


def test_the_schedule_starts_a_run_for_each_day_that_is_due(
    due: date, shared_past: ShortPast, tick: Callable[[], Any]
) -> None:
    first = due - timedelta(days=2)
    shared_past.connected_at(datetime.combine(first, datetime.min.time(), tzinfo=UTC))
    asked_for = [one.partition_key for one in tick()]
    assert asked_for == [(first + timedelta(days=days)).isoformat() for days in range(3)]


def test_the_schedule_is_skipped_if_no_day_is_due_or_a_run_has_not_ended(
    due: date, shared_past: ShortPast, tick: Callable[[], Any], instance: Any
) -> None:
    import dagster as dg

    status = dg.DagsterRunStatus.STARTED
    run_id = str(uuid4())
    instance.add_run(dg.DagsterRun(job_name="heal", run_id=run_id, status=status))
    assert tick().skip_message == "Healing is still running."
    instance.delete_run(run_id)
    assert [one.partition_key for one in tick()] == [due.isoformat()]
    shared_past.heal(now=datetime.now(UTC))
    assert tick().skip_message == "No day is due."


def test_a_day_that_is_not_over_has_no_partition(due: date) -> None:
    days = definitions().resolve_asset_graph().get(healed_days()).partitions_def
    keys = days.get_partition_keys()
    assert keys[0] == "2025-01-01"
    assert keys[-1] == DAY.isoformat()
    assert due.isoformat() in keys


def healed_days() -> Any:
    import dagster as dg

    return dg.AssetKey(["zoom_raw", "healed_days"])


def test_a_run_ends_in_time() -> None:
    """Dagster's own limit is later than that of healing, which then has ended already."""
    tags = definitions().resolve_job_def("heal").tags
    assert int(tags["dagster/max_runtime"]) > 45 * 60
