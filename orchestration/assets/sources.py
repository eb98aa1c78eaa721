"""What other processes write and this pipeline reads."""

import dagster as dg

deliveries = dg.AssetSpec(
    ["ingress", "deliveries"],
    group_name="ingress",
    kinds={"postgres"},
    owners=["team:data-platform"],
    description="One row per delivery that the webhook receiver accepted: the only queue there is.",
)

failures = dg.AssetSpec(
    ["pipeline", "failures"],
    group_name="pipeline",
    kinds={"postgres"},
    owners=["team:data-platform"],
    description="One row per model and scope whose derivation failed when it was last tried.",
)
