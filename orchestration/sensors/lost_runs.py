"""Marks runs without a session with the database as failed, so that the next batch can start."""

import json

import dagster as dg
import psycopg

from integration.database.postgres import connect
from integration.pipeline.run_lock import held_runs, key_of
from integration.quantities import quantity
from orchestration.automation import nightly_audit, zoom_batch
from orchestration.resources import Installation

LOST = (
    "The run has no session with the database: its process was killed, or the machine or the "
    "database stopped. The next batch continues the work of a batch; an audit runs again the next "
    "night."
)
# A run of a command is NOT_STARTED for a moment. A run of the daemon is STARTING until its process
# has imported everything; Dagster's monitor limits that time.
WITH_A_SESSION = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED]


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Marks batches and audits that have no session with the database as failed.",
)
def lost_runs(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.SensorResult | dg.SkipReason:
    """A run is lost if it has no session at two checks in a row. One check is not enough, because a
    run opens its session a moment after its start and closes it a moment before its end.
    """
    suspected = set(json.loads(context.cursor or "[]"))
    started = [
        run
        for job in (zoom_batch.name, nightly_audit.name)
        for run in context.instance.get_runs(dg.RunsFilter(job_name=job, statuses=WITH_A_SESSION))
    ]
    lost = 0
    with connect(installation.database_url(), role="pipeline") as connection:
        held = held_runs(connection)
        unheld = {run.run_id for run in started if key_of(run.run_id) not in held}
        for run_id in sorted(unheld & suspected):
            if run := _still_lost(run_id, context.instance, connection):
                context.instance.report_run_failed(run, LOST)
                lost += 1
    return dg.SensorResult(
        skip_reason=f"{quantity(lost, 'lost run')} marked as failed.",
        cursor=json.dumps(sorted(unheld - suspected)),
    )


def _still_lost(
    run_id: str, instance: dg.DagsterInstance, connection: psycopg.Connection
) -> dg.DagsterRun | None:
    """The run, unless it has opened its session or has ended since the check began. The lock is
    read first, because a run that ends closes its session before it reports its end.
    """
    if key_of(run_id) in held_runs(connection):
        return None
    run = instance.get_run_by_id(run_id)
    return run if run and run.status in WITH_A_SESSION else None
