"""Records failed runs for `status` and the page."""

import dagster as dg

from integration.database.postgres import connect
from integration.pipeline.failed_runs import record_failed_run
from orchestration.resources import Installation


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitor_all_code_locations=True,
    description=(
        "Records failed runs and their failed checks in pipeline.run_failures, for "
        "`worksights-zoom status` and the page."
    ),
)
def run_failures(context: dg.RunFailureSensorContext, installation: Installation) -> None:
    run = context.dagster_run
    record_failure(context.instance, run.run_id, job=run.job_name, url=installation.database_url())


def record_failure(instance: dg.DagsterInstance, run_id: str, *, job: str, url: str) -> None:
    """Records a failed run. A run that is already recorded is not recorded again."""
    failures = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    with connect(url, role="pipeline") as connection:
        record_failed_run(
            connection,
            run_id=run_id,
            job=job,
            steps=[entry.step_key for entry in failures if entry.step_key],
            checks=failed_checks(instance, run_id),
        )


def failed_checks(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """The names of the run's failed checks; warnings are not failures."""
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    evaluations = [entry.asset_check_evaluation for entry in entries]
    return sorted(
        one.check_name
        for one in evaluations
        if one and not one.passed and one.severity == dg.AssetCheckSeverity.ERROR
    )
