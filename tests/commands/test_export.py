"""`export`: what it refuses, each with one sentence."""

import pytest

from tests.commands.program import Program, rows


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--email", "ann at acme"], "This is not an email address."),
        ([], "Specify exactly one of --email, --phone and --participant."),
        (["--email", "bob@acme.example"], "No organization has data about this person."),
        (["--phone", "12-34"], "This is not a phone number of at least 7 digits."),
        (["--participant", "x"], "There is no participant 'x' in any session."),
        (
            ["--phone", "+1 212 555 0199", "--organization", "acme"],
            "No data is held about this person.",
        ),
        (
            ["--email", "bob@acme.example", "--organization", "acme"],
            "No data is held about this person.",
        ),
        (["--email", "ann@acme.example", "--organization", "x"], "'x' does not exist."),
        (["--email", "both@acme.example"], "Specify one with --organization: acme, other."),
    ],
)
def test_an_export_that_is_not_possible_is_refused_and_not_recorded(
    arguments: list[str], said: str, acme_and_other: Program
) -> None:
    answer = acme_and_other(
        "export", *arguments, TOMBSTONE_KEY="tombstone-key-of-the-tests-0123456789"
    )
    assert answer.is_a_plain_refusal
    assert (answer.out, said in answer.err) == ("", True)
    assert (
        rows(acme_and_other.settings["DATABASE_URL"], "select * from integration.access_log") == []
    )


def test_before_the_first_batch_the_export_has_the_user_alone(acme_and_other: Program) -> None:
    answer = acme_and_other("export", "--email", "ANN@acme.example")
    assert (answer.code, answer.err) == (0, "")
    assert '"full_name": "Ann Ash"' in answer.out
    assert "both" not in answer.out
