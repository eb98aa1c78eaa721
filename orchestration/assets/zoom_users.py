"""Zoom's users, imported from every connected account."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from integration.connections.connections import Connection, open_connections
from integration.connections.imports import connections_due
from integration.pipeline.user_import import import_users
from orchestration.resources import BatchInProgress, Installation

# A run that a person started imports every account; a tick or a sensor imports those that are due.
AUTOMATIC_RUN_TAGS = ("dagster/schedule_name", "dagster/sensor_name")


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["zoom_raw", "users"],
            group_name="zoom_raw",
            kinds={"python", "pandas", "postgres"},
            owners=["team:data-platform"],
            description=(
                "One row per version of a Zoom user that an import saw. Zoom is asked for the "
                "users of each connected account; a connection that fails is marked "
                "`needs_attention` with the reason, what was read of it is used, and the others "
                "go on."
            ),
        ),
        dg.AssetSpec(
            ["zoom_raw", "phone_users"],
            group_name="zoom_raw",
            kinds={"python", "postgres"},
            owners=["team:data-platform"],
            description=(
                "One row per version of a Zoom Phone user: which extension is whose. An account "
                "without Zoom Phone has none, which is noted on its connection."
            ),
        ),
    ]
)
def zoom_users(
    context: dg.AssetExecutionContext,
    batch_in_progress: BatchInProgress,
    installation: Installation,
) -> Iterator[dg.MaterializeResult[Any]]:
    """Imports the users, and the phone users, of the accounts that are due."""
    accounts = _accounts(context, batch_in_progress)
    counts = import_users(
        batch_in_progress.connection,
        batch_in_progress.batch,
        accounts,
        settings=installation.settings(),
        url=installation.database_url(),
        warn=context.log.warning,
    )
    yield dg.MaterializeResult(
        asset_key=["zoom_raw", "users"],
        metadata={
            "connections": len(accounts),
            "connections_that_need_attention": counts["failed"],
            "connections_put_off": counts["put off"],
            "new_or_changed_users": counts["users"],
            "pending_users_without_an_id": counts["pending"],
            "erased_users_left_out": counts["left out"],
        },
    )
    yield dg.MaterializeResult(
        asset_key=["zoom_raw", "phone_users"],
        metadata={
            "new_or_changed_phone_users": counts["phone users"],
            "connections_without_zoom_phone": counts["without phone"],
        },
    )


def _accounts(context: dg.AssetExecutionContext, writer: BatchInProgress) -> list[Connection]:
    if any(tag in context.run.tags for tag in AUTOMATIC_RUN_TAGS):
        return connections_due(writer.connection, now=writer.batch.as_of)
    return open_connections(writer.connection)
