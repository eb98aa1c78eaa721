"""What runs automatically: a batch every 20 minutes and the nightly audit."""

from datetime import UTC, datetime

import dagster as dg

from integration.database.postgres import connect
from integration.pipeline.addresses.identity_facts import rules_have_changed
from integration.pipeline.dbt.derived_with import tables_with_other_code
from integration.pipeline.dbt.model_code import code_of_tables
from integration.pipeline.dbt.project import read_manifest
from integration.pipeline.news import reasons_for_batch
from integration.settings import read_settings
from orchestration.assets.dbt import nightly_checks
from orchestration.assets.healed_days import healed_days
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
    selection=dg.AssetSelection.all() - nightly_checks - dg.AssetSelection.assets(healed_days),
    description=(
        "Imports Zoom users due for import, lands new deliveries and updates the affected tables."
    ),
    tags=WRITER_TAGS,
    # With a process per step, each would import Dagster and dbt again: 20 s of 25.
    executor_def=dg.in_process_executor,
)

nightly_audit = dg.define_asset_job(
    "nightly_audit",
    selection=nightly_checks,
    description="Runs data tests on whole tables. Batches test only affected sessions.",
    tags=WRITER_TAGS,
    executor_def=dg.in_process_executor,
)


def is_batch_running(instance: dg.DagsterInstance) -> bool:
    """Whether a run of zoom_batch is queued or running."""
    return is_running(instance, zoom_batch.name)


def is_running(instance: dg.DagsterInstance, job_name: str) -> bool:
    """Whether a run of the job is queued or running."""
    wanted = dg.RunsFilter(job_name=job_name, statuses=UNFINISHED)
    return instance.get_runs_count(wanted) > 0


@dg.schedule(
    name="every_20_minutes",
    job=zoom_batch,
    cron_schedule="*/20 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Starts zoom_batch every 20 minutes if there is work to do.",
)
def every_20_minutes(
    context: dg.ScheduleEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    if is_batch_running(context.instance):
        return dg.SkipReason("The previous batch is still running.")
    with connect(installation.database_url(), role="pipeline") as connection:
        reasons = reasons_for_batch(connection, now=datetime.now(UTC))
        if rules_have_changed(connection):
            reasons.append("the classification rules have changed")
        if tables_with_other_code(connection, code_of_tables(read_manifest())):
            reasons.append("the code of some tables has changed")
    if not reasons:
        return dg.SkipReason("No new deliveries, changed settings or overdue imports.")
    return dg.RunRequest(tags={"worksights/because": "; ".join(reasons)})


every_night = dg.ScheduleDefinition(
    name="every_night",
    job=nightly_audit,
    cron_schedule="15 3 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Runs nightly_audit at 03:15 UTC.",
)
