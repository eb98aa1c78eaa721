"""A run that covers a part of the tables claims no more than it has.

All models: `python -m tests.faults.long_run`.
"""

from pathlib import Path

from tests.faults.partial_runs import begin, what_is_lost
from tests.faults.planting import tables_of_the_project
from tests.pipeline.installation import Installation

SOME = ["int_meeting_sessions", "int_presence", "int_person_sessions"]


def test_what_a_broken_batch_left_is_derived_by_the_next_whatever_was_materialized_between(
    installation: Installation, tmp_path: Path
) -> None:
    begin(installation)
    tables = tables_of_the_project()
    lost = [
        line
        for number, name in enumerate(SOME, start=1)
        for line in what_is_lost(installation, tables[name], number=number, folder=tmp_path)
    ]
    assert lost == []
