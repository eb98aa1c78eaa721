"""Starts a batch early when many deliveries are waiting, or someone is waiting for a test meeting.

Each evaluation also records that Dagster's daemon is running.
"""

from datetime import UTC, datetime

import dagster as dg

from integration.database.postgres import connect
from integration.pipeline.job_states import DAEMON, record_passed_job
from integration.pipeline.news import is_test_meeting_waiting, waiting_deliveries
from integration.quantities import quantity
from orchestration.automation import is_batch_running, zoom_batch
from orchestration.resources import Installation


@dg.sensor(
    job=zoom_batch,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Starts zoom_batch early when BACKLOG_DELIVERIES deliveries are waiting, and when a test "
        "meeting has ended. Records that the daemon is running."
    ),
)
def backlog(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    now = datetime.now(UTC)
    with connect(installation.database_url(), role="pipeline") as connection:
        record_passed_job(connection, DAEMON, now=now)
    if is_batch_running(context.instance):
        return dg.SkipReason("A batch is already running.")
    limit = installation.settings().backlog_deliveries
    with connect(installation.database_url(), role="pipeline") as connection:
        if is_test_meeting_waiting(connection, now=now):
            return dg.RunRequest(tags={"worksights/because": "a test meeting has ended"})
        waiting = waiting_deliveries(connection, limit=limit)
    if waiting < limit:
        deliveries = quantity(waiting, "delivery", "deliveries")
        return dg.SkipReason(f"{deliveries} waiting; a batch starts early at {limit:,}.")
    many = quantity(limit, "delivery is", "deliveries are")
    return dg.RunRequest(tags={"worksights/because": f"at least {many} waiting"})
