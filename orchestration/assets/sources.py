"""Tables that the assets read but do not materialize."""

import dagster as dg

deliveries = dg.AssetSpec(
    ["ingress", "deliveries"],
    group_name="ingress",
    kinds={"postgres"},
    owners=["team:data-platform"],
    description="One row per delivery accepted by the webhook receiver. This table is the queue.",
)

failures = dg.AssetSpec(
    ["pipeline", "failures"],
    group_name="pipeline",
    kinds={"postgres"},
    owners=["team:data-platform"],
    description="One row per model and scope, such as a session, that failed at the last attempt.",
)

changed_months = dg.AssetSpec(
    ["pipeline", "changed_months"],
    group_name="pipeline",
    kinds={"postgres"},
    owners=["team:data-platform"],
    description="One row per person, company or relationship, and month, that a batch changed.",
)

organizations = dg.AssetSpec(
    ["worksights", "organizations"],
    group_name="worksights",
    kinds={"postgres"},
    owners=["team:data-platform"],
    description="One row per organization, a customer of WorkSights.",
)
