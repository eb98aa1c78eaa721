"""Starts a batch early when many deliveries wait."""

import dagster as dg

from integration.database.postgres import connect
from integration.pipeline.news import waiting_deliveries
from orchestration.automation import is_batch_running, zoom_batch
from orchestration.resources import Installation


@dg.sensor(
    job=zoom_batch,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts the 20-minute job early when BACKLOG_DELIVERIES deliveries wait.",
)
def backlog(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    if is_batch_running(context.instance):
        return dg.SkipReason("A batch is running; it takes what waits.")
    limit = installation.settings().backlog_deliveries
    with connect(installation.database_url(), role="pipeline") as connection:
        waiting = waiting_deliveries(connection, limit=limit)
    if waiting < limit:
        return dg.SkipReason(f"{waiting} deliveries wait; a batch starts early from {limit} on.")
    return dg.RunRequest(tags={"worksights/because": f"at least {limit} deliveries wait"})
