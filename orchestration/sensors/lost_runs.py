"""Marks runs as failed whose process no longer exists, so that the next batch can start."""

import json

import dagster as dg

from integration.database.postgres import connect
from integration.pipeline.run_lock import held_runs, key_of
from integration.quantities import quantity
from orchestration.automation import nightly_audit, zoom_batch
from orchestration.resources import Installation

LOST = (
    "The run's process has ended without reporting an end: it was killed, or the machine or the "
    "database stopped. The next batch continues the work."
)
# A command's run is NOT_STARTED for a moment. A run of the daemon is STARTING until it has imported
# everything, which Dagster's monitor limits.
WITH_A_SESSION = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED]


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Marks batches and audits as failed whose process no longer exists.",
)
def lost_runs(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.SensorResult | dg.SkipReason:
    """A run is lost if it has had no session at two checks: it opens one a moment after its start,
    and closes it a moment before its end.
    """
    suspected = set(json.loads(context.cursor or "[]"))
    started = [
        run
        for job in (zoom_batch.name, nightly_audit.name)
        for run in context.instance.get_runs(dg.RunsFilter(job_name=job, statuses=WITH_A_SESSION))
    ]
    with connect(installation.database_url(), role="pipeline") as connection:
        held = held_runs(connection)
    without = [run for run in started if key_of(run.run_id) not in held]
    lost = [run for run in without if run.run_id in suspected]
    for run in lost:
        context.instance.report_run_failed(run, LOST)
    return dg.SensorResult(
        skip_reason=f"{quantity(len(lost), 'lost run')} marked as failed.",
        cursor=json.dumps(sorted({run.run_id for run in without} - {run.run_id for run in lost})),
    )
