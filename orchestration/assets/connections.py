"""The asset for connections, which ends those of accounts that removed the app in Zoom."""

from datetime import timedelta
from typing import Any

import dagster as dg

from integration.connections.ending import end_deauthorized
from orchestration.resources import BatchInProgress, Installation


@dg.asset(
    key=["integration", "connections"],
    deps=[["zoom_raw", "events"]],
    group_name="integration",
    kinds={"postgres"},
    owners=["team:data-platform"],
)
def connections(
    context: dg.AssetExecutionContext,
    batch_in_progress: BatchInProgress,
    installation: Installation,
) -> dg.MaterializeResult[Any]:
    """One row per connection of a Zoom account to an organization.

    The page and `connect` write it. A batch ends the connections of Zoom accounts that removed the
    app. It does so before it copies the settings, so that the copy includes the end.
    """
    settings = installation.settings()
    ended = end_deauthorized(
        batch_in_progress.connection,
        client_id=settings.require("ZOOM_CLIENT_ID"),
        erase_after=timedelta(days=settings.erase_after_days),
    )
    context.log.info(
        f"Connections ended because the app was removed in Zoom: {len(ended):,}. Their data will "
        "be erased after the grace period."
    )
    return dg.MaterializeResult(metadata={"ended": len(ended)})
