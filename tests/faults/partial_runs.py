"""Batches that fail or are cut short at a model, and single assets materialized after that."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from integration.pipeline.dbt.project import read_manifest
from tests.faults.planting import broken, tables_of_the_project
from tests.faults.story import (
    BAD,
    FIRST_BATCH,
    GOOD,
    MORNING,
    meeting,
    people_of,
)
from tests.pipeline.installation import IMPORT, LANDING, Installation

BEFORE_DBT = [
    *IMPORT,
    *LANDING,
    ["pipeline", "settings"],
    ["pipeline", "setting_changes"],
    ["clientsights_raw", "email_addresses"],
    ["clientsights_raw", "display_names"],
]


def what_is_lost(
    installation: Installation, model: dict[str, Any], *, number: int, folder: Path
) -> Iterator[str]:
    """Round `number`: new data, a batch that stops at the model, a random subset of the assets, and
    another batch. Yields what a rebuild would change after that.
    """
    dice = random.Random(f"{model['name']} {number}")  # noqa: S311 - a seed, no secret
    now = FIRST_BATCH + timedelta(hours=number)
    _deliver_new_data(installation, number)
    tables = tables_of_the_project()
    if dice.random() < 0.5:
        with broken(model, folder=folder):
            assert not installation.batch(now=now, raise_on_error=False).success
        how = "failed"
    else:
        installation.materialize(
            [*BEFORE_DBT, *(_key(each) for each in _before(model, tables))], now=now
        )
        how = "was cut short"
    subset = dice.sample(sorted(tables), k=dice.randint(1, 5))
    installation.materialize([_key(tables[name]) for name in subset], now=now)
    installation.batch(now=now + timedelta(minutes=20))
    lines = installation.rebuild(check=True)
    differences = [line for line in lines if " only in the live table, " in line]
    if differences:
        yield f"a batch that {how} at {model['name']}, then {subset}: {differences}"


def _deliver_new_data(installation: Installation, number: int) -> None:
    """A meeting of each customer, a mapping set or removed, and exclusions added or removed."""
    for organization in (BAD, GOOD):
        new = meeting(organization, 100 + number)
        installation.deliver(
            *new.whole(people_of(organization)), at=MORNING + timedelta(hours=100 + number)
        )
    installation.execute(
        "insert into integration.mapping_changes "
        "(zoom_account_id, zoom_user_id, user_id, effective_from) "
        "values (%s, %s, %s, '2025-01-01')",
        [f"account-{GOOD}", f"zu-ben-{GOOD}", f"ben-{GOOD}" if number % 2 else None],
    )
    if number % 3:
        installation.execute(
            "insert into integration.exclusions (organization_id, email_or_domain) "
            "values (%s, 'client-one.com') on conflict do nothing",
            [BAD],
        )
    else:
        installation.execute("delete from integration.exclusions")


def _before(model: dict[str, Any], tables: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The tables that a run has derived when it is cut short at the model: all that do not depend
    on it.
    """
    below = {model["unique_id"]}
    nodes = _all_nodes()
    grew = True
    while grew:
        more = {
            node["unique_id"] for node in nodes if below & set(node["depends_on"]["nodes"])
        } - below
        below |= more
        grew = bool(more)
    return [table for table in tables.values() if table["unique_id"] not in below]


def _all_nodes() -> list[dict[str, Any]]:
    nodes = read_manifest()["nodes"].values()
    return [node for node in nodes if node["resource_type"] == "model"]


def _key(model: dict[str, Any]) -> list[str]:
    return [model["schema"], model["alias"]]
