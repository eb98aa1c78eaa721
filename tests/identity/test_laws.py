"""Laws over generated addresses and organizations; `tests.identity.long_run` has many more."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from tests.identity.hard_addresses import Case, crowds
from tests.identity.laws import LAWS


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_law_holds_for_some_six_hundred_hard_addresses(law: Callable[[Case], None]) -> None:
    # The same examples on every machine and every day, so that a failure can be reproduced.
    @settings(max_examples=20, deadline=None, database=None, derandomize=True)
    @given(crowds())
    def holds(crowd: list[Case]) -> None:
        for case in crowd:
            law(case)

    holds()
