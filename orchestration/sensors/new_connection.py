"""Imports the users of a new connection at once, not at the next tick."""

from datetime import UTC, datetime

import dagster as dg

from integration.store.connections import never_imported
from integration.store.postgres import connect
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
        waiting = never_imported(connection, now=datetime.now(UTC))
    if not waiting:
        return dg.SkipReason("No new connection.")
    return dg.RunRequest(tags={"worksights/because": f"{len(waiting)} new connections"})
