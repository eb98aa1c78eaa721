"""A model that fails for one session derives all others and reports which one failed.

All models: `python -m tests.faults.long_run`.
"""

from pathlib import Path

import pytest

from simulator.world import World
from tests.faults.planting import tables_of_the_project
from tests.faults.story import (
    Contents,
    derived_morning,
    state,
    what_a_fault_changes,
)
from tests.pipeline.installation import Installation, new_installation


@pytest.fixture(scope="module")
def expected(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Contents:
    """What is derived from the same morning without a fault."""
    with new_installation(
        server_url, home=home, zoom=zoom_url[1], after=derived_morning
    ) as installation:
        return state(installation)


@pytest.mark.parametrize("model", ["int_connection_legs", "int_interactions", "people"])
def test_a_fault_in_one_session_changes_nothing_else(
    model: str, installation: Installation, tmp_path: Path, expected: Contents
) -> None:
    changed = what_a_fault_changes(
        installation, tables_of_the_project()[model], folder=tmp_path, expected=expected
    )
    assert list(changed) == []
