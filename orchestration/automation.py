"""What runs by itself: the 20-minute job and the nightly audit."""

from datetime import UTC, datetime

import dagster as dg

from integration.database.postgres import connect
from integration.pipeline.addresses.waiting import rules_have_changed
from integration.pipeline.news import things_to_do
from integration.settings import read_settings
from orchestration.assets.dbt import nightly_checks
from orchestration.resources import BATCH_JOB, LIMIT_TAG, Installation

WRITER_TAGS = {
    "worksights/writer": "batch",
    LIMIT_TAG: str(read_settings().batch_minutes * 60),
}
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

zoom_batch = dg.define_asset_job(
    BATCH_JOB,
    selection=dg.AssetSelection.all() - nightly_checks,
    description="Imports the users that are due, lands what arrived, and derives what it touches.",
    tags=WRITER_TAGS,
    # a process per step would import Dagster and dbt each time: 20 s of 25
    executor_def=dg.in_process_executor,
)

nightly_audit = dg.define_asset_job(
    "nightly_audit",
    selection=nightly_checks,
    description="Checks whole tables; a batch checks only what it touched.",
    tags=WRITER_TAGS,
    executor_def=dg.in_process_executor,
)


def is_batch_running(instance: dg.DagsterInstance) -> bool:
    """Whether a run of the 20-minute job is queued or under way."""
    return is_running(instance, zoom_batch.name)


def is_running(instance: dg.DagsterInstance, job_name: str) -> bool:
    """Whether a run of the job is queued or under way."""
    wanted = dg.RunsFilter(job_name=job_name, statuses=UNFINISHED)
    return instance.get_runs_count(wanted) > 0


@dg.schedule(
    name="every_20_minutes",
    job=zoom_batch,
    cron_schedule="*/20 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description=(
        "Starts the 20-minute job when there is something to do, and says so when there is not."
    ),
)
def every_20_minutes(
    context: dg.ScheduleEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    if is_batch_running(context.instance):
        return dg.SkipReason("The previous batch is still running.")
    with connect(installation.database_url(), role="pipeline") as connection:
        reasons = things_to_do(connection, now=datetime.now(UTC))
        if rules_have_changed(connection):
            reasons.append("the rules of people and companies are new")
    if not reasons:
        return dg.SkipReason(
            "Nothing to do: no delivery waits, no setting has changed, no import is due."
        )
    return dg.RunRequest(tags={"worksights/because": "; ".join(reasons)})


every_night = dg.ScheduleDefinition(
    name="every_night",
    job=nightly_audit,
    cron_schedule="15 3 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Checks whole tables at 03:15 UTC.",
)
