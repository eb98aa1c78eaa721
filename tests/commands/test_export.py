"""`export`: what it refuses, each with one sentence."""

import pytest

from tests.commands.program import Program, execute, rows


@pytest.fixture
def acme(program: Program) -> Program:
    execute(
        program.settings["DATABASE_URL"],
        """
        insert into worksights.organizations values ('acme', 'Acme'), ('other', 'Other');
        insert into worksights.users (user_id, organization_id, email, full_name, role) values
            ('ann', 'acme', 'ann@acme.example', 'Ann Ash', 'admin'),
            ('both', 'acme', 'both@acme.example', 'B', 'admin'),
            ('both-2', 'other', 'both@acme.example', 'B', 'admin')
        """,
    )
    return program


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--email", "ann at acme"], "This is not an email address."),
        (["--email", "bob@acme.example"], "Nothing is held about this person."),
        (
            ["--email", "bob@acme.example", "--organization", "acme"],
            "Nothing is held about this person.",
        ),
        (["--email", "ann@acme.example", "--organization", "x"], "'x' does not exist."),
        (["--email", "both@acme.example"], "Add --organization with one of: acme, other."),
    ],
)
def test_an_export_that_is_not_possible_is_refused_and_not_recorded(
    arguments: list[str], said: str, acme: Program
) -> None:
    answer = acme("export", *arguments)
    assert answer.is_a_plain_refusal
    assert (answer.out, said in answer.err) == ("", True)
    assert rows(acme.settings["DATABASE_URL"], "select * from integration.access_log") == []


def test_before_the_first_batch_the_export_has_the_user_alone(acme: Program) -> None:
    answer = acme("export", "--email", "ANN@acme.example")
    assert (answer.code, answer.err) == (0, "")
    assert '"full_name": "Ann Ash"' in answer.out
    assert "both" not in answer.out
