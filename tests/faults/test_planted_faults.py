"""A model that fails for one session derives all others and reports which one failed.

All models: `python -m tests.faults.long_run`.
"""

from pathlib import Path

from simulator.world import World
from tests.faults.planting import tables_of_the_project
from tests.faults.story import (
    FIRST_BATCH,
    customers_of,
    deliver_a_morning,
    state,
    what_faults_change,
)
from tests.pipeline.installation import Installation, new_installation

# Two derived by session, and one by person.
MODELS = ["int_connection_legs", "int_interactions", "people"]


def test_faults_in_one_session_each_change_nothing_else(
    installation: Installation,
    server_url: str,
    home: Path,
    zoom_url: tuple[World, str],
    tmp_path: Path,
) -> None:
    tables = tables_of_the_project()
    models = [tables[name] for name in MODELS]
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as without_faults:
        deliver_a_morning(without_faults, customers_of(models))
        without_faults.batch(now=FIRST_BATCH)
        expected = state(without_faults)

    changed = what_faults_change(installation, models, folder=tmp_path, expected=expected)
    assert list(changed) == []
