"""`audit`: whether the trail is unbroken, and its rows as JSON lines."""

import json

import pytest

from tests.commands.program import Program, execute, rows
from tests.commands.two_organizations import PEOPLE


@pytest.fixture
def staffed(program: Program) -> Program:
    """With a link that the command has made, and a changed role."""
    url = program.settings["DATABASE_URL"]
    execute(url, PEOPLE)
    assert program("sign-in-link", "--user", "anna@acme.example").code == 0
    execute(url, "update worksights.users set role = 'manager' where user_id = 'anna'")
    return program


def test_an_unbroken_trail_is_said_in_a_sentence_with_the_last_hash(staffed: Program) -> None:
    answer = staffed("audit", "--verify")
    ((last,),) = rows(staffed.settings["DATABASE_URL"], "select hash from integration.audit_head")
    assert (answer.code, answer.out.splitlines()) == (
        0,
        [
            "The audit trail is unbroken: 2 rows.",
            f"Hash of the last row (keep a copy outside this database): {last}",
        ],
    )


def test_a_broken_trail_fails_and_says_where(staffed: Program) -> None:
    execute(
        staffed.settings["DATABASE_URL"],
        "update integration.audit_trail set kind = 'signed_in' where number = 1",
    )
    answer = staffed("audit", "--verify")
    assert answer.code == 1
    assert "Row 1: this row or the one before it was changed." in answer.out
    assert "The audit trail is broken." in answer.err


def test_the_export_is_json_lines_and_records_itself(staffed: Program) -> None:
    answer = staffed("audit", "--export", "--since", "2026-01-01")
    assert answer.code == 0, answer.err
    exported = [json.loads(line) for line in answer.out.splitlines()]
    assert [(row["number"], row["kind"], row["subject"]) for row in exported] == [
        (1, "sign_in_link_made", "anna"),
        (2, "role_changed", "anna"),
        (3, "audit_trail_exported", ""),
    ]
    assert exported[0]["author"].startswith("command:")
    assert {len(row["hash"]) for row in exported} == {64}
    later = staffed("audit", "--export", "--since", "2999-01-01")
    assert (later.code, later.out) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Use either --verify, or --export --since DATE."),
        (("--verify", "--export", "--since", "2026-01-01"), "Use either --verify"),
        (("--export",), "Use either --verify"),
        (("--verify", "--since", "2026-01-01"), "Use either --verify"),
        (("--export", "--since", "yesterday"), "--since must be a date such as 2026-03-01"),
        (("--export", "--since", "2026-02-30"), "--since must be a date such as 2026-03-01"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_right_form(
    arguments: tuple[str, ...], sentence: str, program: Program
) -> None:
    answer = program("audit", *arguments)
    assert answer.code != 0
    assert sentence in " ".join(answer.err.split())
