"""The settings that the marts are derived from."""

import dagster as dg

from integration.store.settings_copy import take_settings
from orchestration.resources import BatchInProgress


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["pipeline", "settings"],
            deps=[["zoom_raw", "events"], ["zoom_raw", "users"], ["zoom_raw", "phone_users"]],
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
            deps=[["zoom_raw", "events"], ["zoom_raw", "users"], ["zoom_raw", "phone_users"]],
            group_name="pipeline",
            kinds={"python", "postgres"},
            owners=["team:data-platform"],
            description=(
                "One row per fact that this batch found changed, with the time it concerns."
            ),
        ),
    ]
)
def settings(batch_in_progress: BatchInProgress):
    """Compares the settings as they stand with the copy the marts were last derived from, and notes
    what changed.
    """
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
