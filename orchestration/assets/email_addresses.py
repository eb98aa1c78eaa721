"""The assets for classified email addresses and display names."""

from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

import dagster as dg

from integration.pipeline.addresses.classification import classify_addresses
from integration.pipeline.addresses.writing import Move
from integration.quantities import quantity
from orchestration.markdown import table
from orchestration.resources import BatchInProgress


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["clientsights_raw", "email_addresses"],
            deps=[["zoom_raw", "events"], ["pipeline", "settings"]],
            group_name="clientsights_raw",
            kinds={"python", "postgres"},
            owners=["team:data-platform"],
            description=(
                "One row per organization and email address, with its person and company. "
                "Classifies only addresses that are new or affected by a change to rules, lists "
                "or settings. Changes are logged first and recorded in "
                "clientsights_raw.email_address_moves."
            ),
        ),
        dg.AssetSpec(
            ["clientsights_raw", "display_names"],
            deps=[["zoom_raw", "events"], ["pipeline", "settings"]],
            group_name="clientsights_raw",
            kinds={"python", "postgres"},
            owners=["team:data-platform"],
            description=(
                "One row per organization and display name, with the part that can be shown as a "
                "person's name."
            ),
        ),
    ]
)
def email_addresses(
    context: dg.AssetExecutionContext, batch_in_progress: BatchInProgress
) -> Iterator[dg.MaterializeResult[Any]]:
    """Classifies the addresses and names that are new in the batch, or affected by it."""

    def report(moves: list[Move]) -> None:
        total = sum(move.addresses for move in moves)
        context.log.info(f"Known addresses that change their key, kind or company: {total:,}.")
        for move in moves:
            moved = quantity(move.addresses, "address", "addresses")
            context.log.info(
                f"{moved}: {move.kind_before} ({move.reason_before}) -> "
                f"{move.kind_after} ({move.reason_after})"
            )

    done = classify_addresses(batch_in_progress.connection, batch_in_progress.batch, report=report)
    for problem in done.problems:
        context.log.warning(problem)
    yield dg.MaterializeResult(
        asset_key=["clientsights_raw", "email_addresses"],
        metadata={
            "checked": done.classified,
            "new_or_changed": done.written,
            "unreadable_settings": len(done.problems),
            "changed": table(
                list(Move.__dataclass_fields__), [astuple(move) for move in done.moves]
            ),
        },
    )
    yield dg.MaterializeResult(
        asset_key=["clientsights_raw", "display_names"],
        metadata={"new_or_changed": done.names_written},
    )
