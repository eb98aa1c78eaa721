"""Imports the users of a new connection, or those asked for, at once and not at the next tick."""

from datetime import UTC, datetime

import dagster as dg

from integration.connections.imports import imports_asked_for
from integration.database.postgres import connect
from orchestration.automation import is_batch_running, zoom_batch
from orchestration.resources import Installation


@dg.sensor(
    job=zoom_batch,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Starts the 20-minute job when a Zoom account has been connected or its import was "
        "asked for."
    ),
)
def new_connection(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    if is_batch_running(context.instance):
        return dg.SkipReason("A batch is running; it is looked at again when it has ended.")
    with connect(installation.database_url(), role="pipeline") as connection:
        waiting = imports_asked_for(connection, now=datetime.now(UTC))
    if not waiting:
        return dg.SkipReason("No new connection, and nobody has asked for an import.")
    return dg.RunRequest(tags={"worksights/because": f"{len(waiting)} imports asked for"})
