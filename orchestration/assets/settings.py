"""The assets for the copy of the settings that the marts are derived from, and its changes."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from integration.pipeline.dbt.facts import build_facts
from integration.pipeline.facts import sync_facts
from orchestration.resources import BatchInProgress, Installation

SETTLED_BY = [
    ["zoom_raw", "events"],
    ["zoom_raw", "users"],
    ["zoom_raw", "phone_users"],
    ["integration", "connections"],
    ["facts", "current_settings"],
]


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["pipeline", "settings"],
            deps=SETTLED_BY,
            group_name="pipeline",
            kinds={"python", "postgres"},
            owners=["team:data-platform"],
            description=(
                "One row per effective-dated setting, such as a mapping, a subscription, a user's "
                "email or an account's connection period."
            ),
        ),
        dg.AssetSpec(
            ["pipeline", "setting_changes"],
            deps=SETTLED_BY,
            group_name="pipeline",
            kinds={"python", "postgres"},
            owners=["team:data-platform"],
            description=(
                "One row per setting that changed since the last batch, with the period it affects."
            ),
        ),
    ]
)
def settings(
    batch_in_progress: BatchInProgress, installation: Installation
) -> Iterator[dg.MaterializeResult[Any]]:
    """Compares the current settings with the copy the marts were last derived from."""
    build_facts(batch_in_progress.connection, installation.settings(), installation.database_url())
    changed = sync_facts(batch_in_progress.connection, batch_in_progress.batch)
    total = sum(changed.values())
    yield dg.MaterializeResult(
        asset_key=["pipeline", "settings"], metadata={"changed_facts": total}
    )
    rows = "\n".join(f"| {kind} | {count} |" for kind, count in sorted(changed.items()))
    yield dg.MaterializeResult(
        asset_key=["pipeline", "setting_changes"],
        metadata={
            "changed_facts": total,
            "by_kind": dg.MetadataValue.md(f"| kind | changed facts |\n|---|---|\n{rows}"),
        },
    )
