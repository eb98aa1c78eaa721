"""Imports users at once, not at the next tick, for a new connection or on request."""

from datetime import UTC, datetime

import dagster as dg

from integration.connections.imports import requested_imports
from integration.database.postgres import connect
from integration.quantities import quantity
from orchestration.automation import is_batch_running, zoom_batch
from orchestration.resources import Installation


@dg.sensor(
    job=zoom_batch,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts zoom_batch when a Zoom account is connected or an import is requested.",
)
def new_connection(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    if is_batch_running(context.instance):
        return dg.SkipReason("A batch is running. Checking again when it finishes.")
    with connect(installation.database_url(), role="pipeline") as connection:
        waiting = requested_imports(connection, now=datetime.now(UTC))
    if not waiting:
        return dg.SkipReason("No new connection and no import requested.")
    requested = f"{quantity(len(waiting), 'import')} requested"
    return dg.RunRequest(tags={"worksights/because": requested})
