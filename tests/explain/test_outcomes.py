"""The outcomes in dbt and in Python are the same, in the same order."""

import re

from integration.explain.outcomes import OUTCOMES
from integration.settings import PROJECT

MODELS = PROJECT / "dbt_project/models/intermediate"


def texts_of(model: str, pattern: str) -> list[str]:
    (file,) = MODELS.rglob(f"{model}.sql")
    return re.findall(pattern, file.read_text())


def test_each_outcome_has_a_name_and_a_reason() -> None:
    reasons = texts_of("int_outcome_details", r"\(\s*'([a-z_]+)',")
    assert reasons == [*OUTCOMES]


def test_the_outcomes_are_listed_in_the_order_in_which_they_apply() -> None:
    outside = texts_of(
        "int_session_connection_states", r"(?:then|else) '([a-z]+_(?:dis)?connection)'"
    )
    within = texts_of("int_outcomes", r"(?:then|else) '([a-z_]+)'")
    assert {*outside} == {*[*OUTCOMES][:2]}
    assert within == [*OUTCOMES][2:]


def test_a_reason_does_not_repeat_what_to_do() -> None:
    reasons = " ".join(texts_of("int_outcome_details", r"'([A-Z].*)'"))
    assert re.findall(r"(?i)\b(map|switch|reconnect|check)\b", reasons) == []
