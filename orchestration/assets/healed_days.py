"""The asset for healed days. Its partitions are days, so that one can be healed on request."""

from datetime import UTC, date, datetime
from typing import Any

import dagster as dg

from integration.healing.heal import heal
from orchestration.resources import LIMIT_TAG, Installation

FIRST_DAY = "2025-01-01"  # Zoom's reports reach back six months
# The schedule's runs heal what is due of the day; a run that somebody starts heals the whole day.
SCHEDULED = "dagster/schedule_name"
GRACE_SECONDS = 600  # requests that are being answered, and the start of the run
POOL = "healing"  # one run at a time (dagster.yaml), also of those that belong to no job

days = dg.DailyPartitionsDefinition(start_date=FIRST_DAY)


@dg.asset(
    key=["zoom_raw", "healed_days"],
    deps=[["zoom_raw", "users"], ["zoom_raw", "phone_users"], ["zoom_raw", "events"]],
    partitions_def=days,
    pool=POOL,
    group_name="zoom_raw",
    kinds={"python", "postgres"},
    owners=["team:data-platform"],
)
def healed_days(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[Any]:
    """One row per account, day and source that was compared with Zoom's REST API.

    A partition is a day (UTC) of all connected accounts. What no webhook reported is added to the
    queue, and the next batch lands it. Takes no writer lock, so batches continue meanwhile. A day
    that somebody asked for and that was not healed completely is not materialized. Without a
    partition, as when all assets are selected, what is due is healed.
    """
    day = date.fromisoformat(context.partition_key) if context.has_partition_key else None
    is_asked_for = day is not None and SCHEDULED not in context.run.tags
    counts = heal(
        installation.settings(),
        installation.database_url(),
        now=datetime.now(UTC),
        say=context.log.info,
        day=day,
        is_asked_for=is_asked_for,
    )
    metadata = {
        "accounts_and_sources": counts["days"],
        **{name: counts[name] for name in ("finished", "unfinished", "failed", "refused")},
        "requests": counts["requests"],
        "gaps": counts["gaps"],
        "unreadable": counts["unreadable"],
    }
    if is_asked_for and counts["unfinished"] + counts["failed"]:
        raise dg.Failure(
            "The day is not healed completely. It is tried again automatically if it is one of the "
            "last seven; otherwise, materialize it again.",
            metadata=metadata,
        )
    return dg.MaterializeResult(metadata=metadata)


def limit_seconds(heal_minutes: int) -> dict[str, str]:
    """The tag that ends a run which does not stop in time."""
    return {LIMIT_TAG: str(heal_minutes * 60 + GRACE_SECONDS)}
