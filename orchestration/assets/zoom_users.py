"""The assets for Zoom users and Zoom Phone users, imported from connected accounts."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from integration.connections.connections import Connection, open_connections
from integration.connections.imports import connections_due
from integration.pipeline.user_import import import_users
from orchestration.resources import BatchInProgress, Installation

# A run that a person started imports every account. Schedules and sensors import those due.
AUTOMATIC_RUN_TAGS = ("dagster/schedule_name", "dagster/sensor_name")


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["zoom_raw", "users"],
            group_name="zoom_raw",
            kinds={"python", "pandas", "postgres"},
            owners=["team:data-platform"],
            description=(
                "One row per version of a Zoom user. Imports users from every account due for "
                "import; a run started manually imports all accounts. A connection that fails is "
                "marked `needs_attention`. Users that were already read are stored, and the other "
                "connections continue."
            ),
        ),
        dg.AssetSpec(
            ["zoom_raw", "phone_users"],
            group_name="zoom_raw",
            kinds={"python", "postgres"},
            owners=["team:data-platform"],
            description=(
                "One row per version of a Zoom Phone user, with their extension. An account "
                "without Zoom Phone has no rows; the reason is recorded on its connection."
            ),
        ),
    ]
)
def zoom_users(
    context: dg.AssetExecutionContext,
    batch_in_progress: BatchInProgress,
    installation: Installation,
) -> Iterator[dg.MaterializeResult[Any]]:
    """Imports the users and phone users of the accounts due for import."""
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
            "failed_connections": counts["failed"],
            "postponed_connections": counts["put off"],
            "new_or_changed_users": counts["users"],
            "pending_users_without_an_id": counts["pending"],
            "erased_users_skipped": counts["left out"],
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
