"""Erases the data of an account that removed the app, once its grace period is over."""

from datetime import UTC, datetime

import dagster as dg

from integration.database.postgres import connect
from integration.pipeline import erasure
from integration.privacy.account import accounts_due
from integration.quantities import quantity
from orchestration.automation import WRITER_TAGS, is_running
from orchestration.resources import Installation


@dg.op
def erase_accounts(context: dg.OpExecutionContext, installation: Installation) -> None:
    """Erases the accounts due for erasure; fails if any of their data is left."""
    done = erasure.erase_due_accounts(
        installation.settings(),
        installation.database_url(),
        now=datetime.now(UTC),
        say=context.log.info,
    )
    if not done:
        raise dg.Failure(
            "Some data of an account was not erased. Run: worksights-zoom erase --zoom-account ID"
        )


@dg.job(
    tags=WRITER_TAGS,
    description=(
        "Erases the data of Zoom accounts that removed the app more than ERASE_AFTER_DAYS ago."
    ),
)
def erase_due_accounts() -> None:
    erase_accounts()


@dg.sensor(
    job_name=erase_due_accounts.name,
    minimum_interval_seconds=600,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Starts erase_due_accounts for Zoom accounts that removed the app and were not "
        "reconnected within ERASE_AFTER_DAYS."
    ),
)
def deauthorization(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    if is_running(context.instance, erase_due_accounts.name):
        return dg.SkipReason("An erasure is running.")
    with connect(installation.database_url(), role="pipeline") as connection:
        due = accounts_due(connection, now=datetime.now(UTC))
    if not due:
        return dg.SkipReason("No account has passed its grace period.")
    removed = f"{quantity(len(due), 'account')} removed the app"
    return dg.RunRequest(tags={"worksights/because": removed})
