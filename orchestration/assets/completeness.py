"""The check of completeness, which runs after healing."""

from datetime import UTC, datetime

import dagster as dg

from integration.database.postgres import connect
from integration.pipeline.completeness import SHOWN_DAYS, lost_sessions
from orchestration.resources import Installation


@dg.asset_check(
    asset=["zoom_raw", "healed_days"],
    description=(
        f"Every session of the last {SHOWN_DAYS.days} days that Zoom knows, and that a batch could "
        "land since it was compared, is in timeline.sessions. A warning only: no table is wrong."
    ),
)
def no_session_is_missing(installation: Installation) -> dg.AssetCheckResult:
    with connect(installation.database_url(), role="pipeline") as connection:
        known, lost = lost_sessions(connection, now=datetime.now(UTC))
    return dg.AssetCheckResult(
        passed=lost == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"known": known, "missing": lost},
    )
