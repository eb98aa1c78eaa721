"""The check of completeness, which runs after healing."""

from datetime import UTC, datetime

import dagster as dg

from integration.database.postgres import connect
from integration.pipeline.completeness import SHOWN_DAYS, recent_completeness
from orchestration.resources import Installation


@dg.asset_check(
    asset=["zoom_raw", "healed_days"],
    description=(
        f"No session of the last {SHOWN_DAYS} days is missing in operations.completeness, which "
        "counts a day after the batch that landed what healing found. A warning only: no table is "
        "wrong."
    ),
)
def no_session_is_missing(installation: Installation) -> dg.AssetCheckResult:
    with connect(installation.database_url(), role="pipeline") as connection:
        compared = recent_completeness(connection, now=datetime.now(UTC))
    missing = sum(one.missing for one in compared)
    return dg.AssetCheckResult(
        passed=missing == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "days": len(compared),
            "known": sum(one.known for one in compared),
            "missing": missing,
        },
    )
