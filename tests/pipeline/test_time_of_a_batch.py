"""The times that a batch may run as of: the past, and the future only in a trial."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.dagster_in_memory import dagster_in_memory
from tests.pipeline.events import Session
from tests.pipeline.installation import LANDING, Installation, definitions

ACCOUNT = "TimedAccount0000000000"
CLOCK = datetime(2026, 3, 2, 9, tzinfo=UTC)
FUTURE = "2099-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("asked", "as_of"),
    [
        (None, CLOCK),
        ("2025-03-02T09:00:00+00:00", datetime(2025, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T10:05:00+01:00", CLOCK + timedelta(minutes=5)),
    ],
)
def test_a_run_is_as_of_the_current_time_or_an_earlier_one(
    asked: str | None, as_of: datetime
) -> None:
    from orchestration.resources import time_of_run

    assert time_of_run({"worksights/now": asked} if asked else {}, clock=CLOCK) == as_of


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("2026-03-02T09:05:01+00:00", "in the future"),
        ("2099-01-01", "has no time zone"),
        ("2025-01-01T00:00:00", "has no time zone"),
        ("tomorrow", "is not a time"),
    ],
)
def test_a_run_refuses_any_other_time(asked: str, reason: str) -> None:
    from orchestration.resources import RefusedTime, time_of_run

    with pytest.raises(RefusedTime, match=reason):
        time_of_run({"worksights/now": asked}, clock=CLOCK)


def test_a_refused_run_stores_nothing(installation: Installation) -> None:
    """Another web page could have sent such a tag."""
    deliver(installation)
    refused = run(tags={"worksights/now": FUTURE})
    assert not refused.success
    assert stored(installation) == (0, 1, 0)


def test_a_trial_may_run_as_of_a_later_time(installation: Installation) -> None:
    from orchestration.resources import pretending

    deliver(installation)
    with pretending(datetime.fromisoformat(FUTURE)):
        assert run(tags={}).success
    assert stored(installation) == (1, 0, 1)
    assert installation.value("select as_of from pipeline.batches") == datetime.fromisoformat(
        FUTURE
    )


def test_the_time_limit_of_a_run_applies_to_its_statements(installation: Installation) -> None:
    """A statement that waits for a lock fails in the end, whatever happens to its run."""
    import psycopg

    deliver(installation)
    with psycopg.connect(installation.url) as holder:
        holder.execute("lock table ingress.deliveries in access exclusive mode")
        ended = run(tags={"dagster/max_runtime": "1"})
    assert not ended.success
    assert stored(installation) == (1, 1, 0)


def test_jobs_that_write_have_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    from integration.settings import read_settings

    default = definitions().resolve_job_def("zoom_batch").tags["dagster/max_runtime"]
    names = ("zoom_batch", "nightly_audit", "erase_due_accounts")
    tags = [definitions().resolve_job_def(name).tags for name in names]
    monkeypatch.setenv("BATCH_MINUTES", "7")
    assert [one["dagster/max_runtime"] for one in tags] == [default] * 3
    assert read_settings().batch_minutes == 7


def deliver(installation: Installation) -> None:
    meeting = Session(ACCOUNT, "uuid-1", "zu-ann", CLOCK, CLOCK + timedelta(hours=1))
    installation.organization("firm", account=ACCOUNT, users={})
    installation.deliver(meeting.ended(), at=CLOCK + timedelta(hours=2))


def run(*, tags: dict[str, str]) -> Any:
    """The landing step of a run that someone started in Dagster."""
    import dagster as dg

    job = definitions().resolve_job_def("zoom_batch")
    with dagster_in_memory() as instance:
        return job.execute_in_process(
            instance=instance,
            tags=tags,
            asset_selection=[dg.AssetKey(key) for key in LANDING],
            raise_on_error=False,
        )


def stored(installation: Installation) -> tuple[int, int, int]:
    """The numbers of batches, waiting deliveries and events."""
    return (
        installation.value("select count(*) from pipeline.batches"),
        installation.value("select count(*) from ingress.deliveries where disposition = 'waiting'"),
        installation.value("select count(*) from zoom_raw.events"),
    )
