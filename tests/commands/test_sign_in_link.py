"""`sign-in-link`: a link that signs a user in, or a sentence that says why not."""

import re

import pytest

from tests.commands.program import Program, execute, rows
from tests.commands.two_organizations import PEOPLE


@pytest.fixture
def staffed(program: Program) -> Program:
    execute(program.settings["DATABASE_URL"], PEOPLE)
    return program


def test_the_last_line_is_a_link_below_the_public_url(staffed: Program) -> None:
    answer = staffed("sign-in-link", "--user", "Anna@ACME.example")
    assert answer.code == 0, answer.err
    line = answer.out.splitlines()[-1]
    assert re.fullmatch(r"http://127\.0\.0\.1:8080/sign-in\?token=[\w.-]+", line)
    assert rows(
        staffed.settings["DATABASE_URL"],
        "select user_id, expires_at - now() between interval '9 minutes' and interval '10 minutes' "
        "from integration.sign_in_links",
    ) == [("anna", True)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--user", "unknown@acme.example"), "No WorkSights user has this email"),
        (("--user", "anna@acme.example", "--organization", "globex"), "No WorkSights user"),
        (("--user", "both@acme.example"), "Add --organization with one of: acme, globex"),
        (("--user", "gone@acme.example"), "deactivated"),
    ],
    ids=["unknown", "of another organization", "in two organizations", "deactivated"],
)
def test_a_user_who_cannot_sign_in_gets_no_link(
    arguments: tuple[str, ...], sentence: str, staffed: Program
) -> None:
    answer = staffed("sign-in-link", *arguments)
    assert answer.is_a_plain_refusal
    assert sentence in answer.err
    assert rows(staffed.settings["DATABASE_URL"], "select 1 from integration.sign_in_links") == []


def test_the_organization_selects_one_of_two_users_with_the_same_email(staffed: Program) -> None:
    answer = staffed("sign-in-link", "--user", "both@acme.example", "--organization", "globex")
    assert "/sign-in?token=" in answer.out
