"""`sign-in-link`: a link that signs a user in, or a sentence that says why not."""

import re

import pytest

from tests.commands.program import Program, execute, rows

PEOPLE = """
    insert into worksights.organizations (organization_id, name)
    values ('acme', 'Acme'), ('globex', 'Globex');
    insert into worksights.users (
        user_id, organization_id, email, full_name, role, deactivated_at
    )
    values
        ('anna', 'acme', 'anna@acme.example', 'Anna', 'executive', null),
        ('both-acme', 'acme', 'both@acme.example', 'Both', 'member', null),
        ('both-globex', 'globex', 'both@acme.example', 'Both', 'member', null),
        ('gone', 'acme', 'gone@acme.example', 'Gone', 'member', '2025-01-01');
"""


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
