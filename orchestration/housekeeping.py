"""The nightly job that deletes data past its retention period and creates the next months of tables
that are stored by month, and its schedule.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from integration.database.months import create_months
from integration.database.postgres import connect, limit_statements
from integration.housekeeping.dagster_history import delete_old_history
from integration.housekeeping.expired_rows import delete_expired_rows
from integration.quantities import quantity
from orchestration.markdown import table
from orchestration.resources import LIMIT_TAG, Installation

LIMIT_SECONDS = 4 * 3600
HISTORY_SECONDS = 3 * 3600  # the rest is deleted the next night
STATEMENT_SECONDS = 600


@dg.op(out=dg.Out(dg.Nothing))
def expired_rows(context: dg.OpExecutionContext, installation: Installation) -> dg.Output[None]:
    """Deletes expired rows from our own tables, as defined in integration/housekeeping/rules.py."""
    with connect(installation.database_url(), role="pipeline", autocommit=True) as connection:
        limit_statements(connection, seconds=STATEMENT_SECONDS)
        deleted = delete_expired_rows(
            connection,
            now=datetime.now(UTC),
            quarantine_days=installation.settings().quarantine_days,
        )
    context.log.info(f"{quantity(sum(deleted.values()), 'expired row')} deleted or emptied")
    return _output({"rows": table(["table", "rows"], list(deleted.items()))})


@dg.op(out=dg.Out(dg.Nothing))
def old_runs(context: dg.OpExecutionContext, installation: Installation) -> dg.Output[None]:
    """Deletes Dagster's runs after RUN_HISTORY_DAYS, with their events and logs."""
    logs = context.instance.compute_log_manager
    with connect(installation.database_url(), role="pipeline", autocommit=True) as connection:
        limit_statements(connection, seconds=STATEMENT_SECONDS)
        deleted = delete_old_history(
            connection,
            now=datetime.now(UTC),
            days=installation.settings().run_history_days,
            seconds=HISTORY_SECONDS,
            delete_logs=lambda run_id: logs.delete_logs(prefix=[run_id]),
        )
    rest = "" if deleted.is_all else "; the rest will be deleted in the next night's run"
    context.log.info(
        f"{quantity(deleted.runs, 'run')} and {quantity(deleted.events, 'event')} deleted{rest}"
    )
    return _output(asdict(deleted))


@dg.op(out=dg.Out(dg.Nothing))
def months(context: dg.OpExecutionContext, installation: Installation) -> dg.Output[None]:
    """Creates the next months of the tables that are stored by month."""
    with connect(installation.database_url(), role="pipeline", autocommit=True) as connection:
        limit_statements(connection, seconds=STATEMENT_SECONDS)
        created = create_months(connection)
    context.log.info(f"{quantity(len(created), 'month')} created")
    return _output({"created": ", ".join(created) or "none"})


def _output(metadata: Mapping[str, Any]) -> dg.Output[None]:
    return dg.Output(None, metadata=metadata)


# Not a writer: batches continue meanwhile, because they neither read nor write what is deleted
# here. If one op fails, the others still run.
@dg.job(
    tags={LIMIT_TAG: str(LIMIT_SECONDS)},
    description="Deletes data past its retention period: expired rows and old Dagster runs. "
    "Creates the next months of the tables that are stored by month.",
    executor_def=dg.in_process_executor,
)
def housekeeping() -> None:
    expired_rows()
    old_runs()
    months()


housekeeping_every_night = dg.ScheduleDefinition(
    name="housekeeping_every_night",
    job=housekeeping,
    cron_schedule="15 2 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Runs housekeeping at 02:15 UTC.",
)
