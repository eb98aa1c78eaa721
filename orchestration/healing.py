"""The job that heals days, and its schedule."""

from datetime import UTC, date, datetime

import dagster as dg

from integration.database.postgres import connect
from integration.healing.days import due_days
from integration.settings import read_settings
from orchestration.assets.healed_days import healed_days, limit_seconds
from orchestration.automation import is_running
from orchestration.resources import Installation

heal = dg.define_asset_job(
    "heal",
    selection=dg.AssetSelection.assets(healed_days),
    description="Adds what Zoom's REST API reports and no webhook did.",
    tags=limit_seconds(read_settings().heal_minutes),
    executor_def=dg.in_process_executor,
)


def requests_for(days: list[date]) -> list[dg.RunRequest]:
    return [dg.RunRequest(partition_key=day.isoformat()) for day in days]


@dg.schedule(
    name="heal_every_hour",
    job=heal,
    cron_schedule="10 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Starts heal for each day that is due.",
)
def heal_every_hour(
    context: dg.ScheduleEvaluationContext, installation: Installation
) -> list[dg.RunRequest] | dg.SkipReason:
    if is_running(context.instance, heal.name):
        return dg.SkipReason("Healing is still running.")
    has_log = bool(installation.settings().get("ZOOM_APP_ID"))
    with connect(installation.database_url(), role="pipeline") as connection:
        days = due_days(connection, now=datetime.now(UTC), has_log=has_log)
    if not days:
        return dg.SkipReason("No day is due.")
    return requests_for(days)
