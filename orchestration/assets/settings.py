"""The settings that the marts are derived from."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from integration.pipeline.facts import take_settings
from orchestration.resources import BatchInProgress

SETTLED_BY = [
    ["zoom_raw", "events"],
    ["zoom_raw", "users"],
    ["zoom_raw", "phone_users"],
    ["integration", "connections"],
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
                "One row per fact that a setting states (a mapping, a switch, an email "
                "known of a user, an account's "
                "connected time), with the time in which it holds."
            ),
        ),
        dg.AssetSpec(
            ["pipeline", "setting_changes"],
            deps=SETTLED_BY,
            group_name="pipeline",
            kinds={"python", "postgres"},
            owners=["team:data-platform"],
            description=(
                "One row per fact that this batch found changed, with the time it concerns."
            ),
        ),
    ]
)
def settings(batch_in_progress: BatchInProgress) -> Iterator[dg.MaterializeResult[Any]]:
    """Compares the settings as they are now with the copy the marts were last derived from."""
    changed = take_settings(batch_in_progress.connection, batch_in_progress.batch)
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
