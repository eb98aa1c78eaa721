"""Records that the nightly audit passed. Until then, the page shows that one failed."""

from datetime import UTC, datetime

import dagster as dg

from integration.database.postgres import connect
from integration.pipeline.job_states import record_passed_job
from orchestration.automation import nightly_audit
from orchestration.resources import Installation


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[nightly_audit],
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Records that the nightly audit passed, which clears its earlier failures.",
)
def passed_audits(context: dg.RunStatusSensorContext, installation: Installation) -> None:
    with connect(installation.database_url(), role="pipeline") as connection:
        record_passed_job(connection, context.dagster_run.job_name, now=datetime.now(UTC))
