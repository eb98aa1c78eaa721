"""A run that derives some of the tables records no progress for the others.

All models: `python -m tests.faults.long_run`.
"""

from pathlib import Path

from tests.faults.partial_runs import what_is_lost
from tests.faults.planting import tables_of_the_project
from tests.pipeline.installation import Installation

SOME = ["int_meeting_sessions", "int_presence", "int_person_sessions"]


def test_a_batch_derives_what_a_broken_one_left_whatever_was_materialized_between(
    morning: Installation, tmp_path: Path
) -> None:
    tables = tables_of_the_project()
    lost = [
        line
        for number, name in enumerate(SOME, start=1)
        for line in what_is_lost(morning, tables[name], number=number, folder=tmp_path)
    ]
    assert lost == []
