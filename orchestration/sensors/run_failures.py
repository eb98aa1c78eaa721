"""Notes each failed run where `status` and the page find it."""

import dagster as dg

from integration.database.postgres import connect
from integration.pipeline.failed_runs import note_failure
from orchestration.resources import Installation


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitor_all_code_locations=True,
    description=(
        "Writes failed runs to pipeline.run_failures, with the checks that failed, so that people "
        "who do not read Dagster see them."
    ),
)
def run_failures(context: dg.RunFailureSensorContext, installation: Installation) -> None:
    failed_steps = [event.step_key for event in context.get_step_failure_events() if event.step_key]
    with connect(installation.database_url(), role="pipeline") as connection:
        note_failure(
            connection,
            run_id=context.dagster_run.run_id,
            job=context.dagster_run.job_name,
            steps=failed_steps,
            checks=failed_checks(context.instance, context.dagster_run.run_id),
        )


def failed_checks(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """The names of the run's checks that failed; warnings are no failure."""
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    evaluations = [entry.asset_check_evaluation for entry in entries]
    return sorted(
        one.check_name
        for one in evaluations
        if one and not one.passed and one.severity == dg.AssetCheckSeverity.ERROR
    )
