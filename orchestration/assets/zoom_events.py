"""The asset for events, which lands waiting deliveries."""

from collections import Counter
from typing import Any

import dagster as dg

from integration.pipeline.landing import land_deliveries
from integration.pipeline.storing import FROM_API
from integration.pipeline.too_old import delete_what_is_too_old
from integration.quantities import quantity
from orchestration.markdown import table
from orchestration.resources import BatchInProgress, Installation

DISPOSITIONS = ("landed", "duplicate", "ignored", "unknown_account", "quarantined")


@dg.asset(
    key=["zoom_raw", "events"],
    deps=[["ingress", "deliveries"]],
    group_name="zoom_raw",
    kinds={"python", "postgres"},
    owners=["team:data-platform"],
)
def zoom_events(
    context: dg.AssetExecutionContext,
    batch_in_progress: BatchInProgress,
    installation: Installation,
) -> dg.MaterializeResult[Any]:
    """One row per distinct event.

    Lands waiting deliveries from ingress.deliveries, keeps only the fields the models need, and
    sets each delivery's disposition. Does not call Zoom.
    """
    settings = installation.settings()
    counts: Counter[str] = Counter()
    for chunk in land_deliveries(
        batch_in_progress.connection,
        batch_in_progress.batch,
        keys=lambda: settings.tombstone_keys,
    ):
        counts += chunk
        processed = quantity(_deliveries(counts), "delivery", "deliveries")
        context.log.info(f"Processed {processed}: {_in_words(counts)}")
    too_old = delete_what_is_too_old(batch_in_progress.connection, batch_in_progress.batch)
    return dg.MaterializeResult(
        metadata={
            "batch": batch_in_progress.batch.number,
            "deliveries": _deliveries(counts),
            "from_api": counts[FROM_API],
            "dispositions": table(
                ["disposition", "deliveries"], [(name, counts[name]) for name in DISPOSITIONS]
            ),
            "quarantined": counts["quarantined"],
            "deleted_by_age": sum(too_old.values()),
        }
    )


def _deliveries(counts: Counter[str]) -> int:
    return counts.total() - counts[FROM_API]


def _in_words(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[name]} {name}" for name in DISPOSITIONS)
