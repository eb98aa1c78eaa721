"""A day that somebody asks for, by command or in Dagster, is healed, or reported as not healed."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import yaml

from integration.healing import days
from integration.settings import PROJECT
from tests.dagster_in_memory import dagster_in_memory
from tests.healing.short_past import COLLEAGUES, DAY, EVERYTHING, FIRST, SECOND, ShortPast
from tests.patience import PATIENCE, wait_until

REPORT = f"/v2/report/users/{COLLEAGUES[0].zoom_user_id}/meetings"
BY_SCHEDULE = {"dagster/schedule_name": "heal_every_hour"}


def materialize(**tags: str) -> Any:
    """The partition, as from the asset's page: the run belongs to no job."""
    import dagster as dg

    from orchestration.assets.healed_days import healed_days
    from orchestration.resources import Installation

    with dagster_in_memory() as instance:
        return dg.materialize(
            [healed_days],
            partition_key=DAY.isoformat(),
            resources={"installation": Installation()},
            instance=instance,
            tags=tags,
            raise_on_error=False,
        )


def figures(result: Any) -> dict[str, Any]:
    (event,) = result.get_asset_materialization_events()
    return {name: each.value for name, each in event.materialization.metadata.items()}


def test_a_day_on_request_waits_for_the_run_that_heals_the_account(past: ShortPast) -> None:
    found: list[Counter[str]] = []
    healing = threading.Thread(target=lambda: found.append(past.heal(day=DAY)))
    with past.being_healed(FIRST):
        healing.start()
        wait_until(lambda: past.queued(SECOND) == EVERYTHING)
        assert past.queued(FIRST) == Counter()
    healing.join(PATIENCE)
    assert (found[0]["finished"], found[0]["unfinished"]) == (4, 0)
    assert past.queued(FIRST) == EVERYTHING


def test_the_schedules_run_leaves_such_an_account_to_the_other_run(past: ShortPast) -> None:
    with past.being_healed(FIRST):
        counts = past.heal()
    assert (counts["finished"], counts["unfinished"]) == (2, 2)
    assert (past.queued(FIRST), past.queued(SECOND)) == (Counter(), EVERYTHING)


def test_a_partition_that_was_not_healed_is_not_materialized(past: ShortPast) -> None:
    """Of ten days that were selected at once, most were green and not healed."""
    past.fail(REPORT, status=408)
    failed = materialize()
    assert (failed.success, failed.get_asset_materialization_events()) == (False, [])
    past.control("fail", method="DELETE")
    healed = figures(materialize())
    assert (healed["finished"], healed["failed"], healed["unfinished"]) == (4, 0, 0)
    assert past.queued(FIRST) == EVERYTHING


def test_the_schedules_run_succeeds_although_a_source_has_to_be_tried_again(
    past: ShortPast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise, one user whom Zoom cannot list would be a failed run every hour."""
    monkeypatch.setattr(days, "DUE_AFTER", timedelta(0))  # the run's time is that of the clock
    past.fail(REPORT, status=408)
    healed = figures(materialize(**BY_SCHEDULE))
    assert (healed["finished"], healed["failed"]) == (3, 1)


def test_one_run_heals_at_a_time_whatever_started_it() -> None:
    """Runs of partitions belong to no job, so a limit of the job's tag did not apply to them."""
    from orchestration.assets.healed_days import POOL, healed_days

    pools = yaml.safe_load((PROJECT / "dagster.yaml").read_text())["concurrency"]["pools"]
    assert pools == {"default_limit": 1, "granularity": "run"}
    assert healed_days.op.pool == POOL
