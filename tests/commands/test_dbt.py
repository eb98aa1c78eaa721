"""`dbt`: dbt's own options, output and exit codes, and refusals with the next step."""

import pytest

from tests.commands.program import Program


def test_dbt_shows_its_own_output_and_returns_its_exit_code(program: Program) -> None:
    listed = program("dbt", "ls", "-s", "int_outcomes", "--output", "name", "--quiet")
    assert (listed.code, listed.out.split()[0]) == (0, "int_outcomes"), listed.text

    refused = program("dbt", "show", "--inline", "select 1 / 0 as nothing")
    assert refused.code == 2
    assert "division by zero" in refused.text


def test_a_new_database_has_nothing_to_read_yet(program: Program) -> None:
    answer = program("dbt", "run", "-s", "int_outcomes")
    assert answer.code == 1
    assert "No batch has run on this database yet" in answer.err
    assert "worksights-zoom dbt build -s +int_outcomes" in answer.err

    assert program("dbt", "run", "-s", "+int_outcomes", DEV_SCHEMA="ann").code == 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["bild"], "No such command 'bild'."),
        (["build", "--foo"], "No such option '--foo'."),
        (["build", "--target", "rebuild"], "The target must be dev or live, not 'rebuild'."),
    ],
    ids=["command", "option", "target"],
)
def test_a_wrong_argument_is_refused_without_a_database(
    arguments: list[str], error: str, embedded_program: Program
) -> None:
    answer = embedded_program("dbt", *arguments)
    assert answer.is_a_plain_refusal
    assert error in answer.err
    assert not (embedded_program.home / "postgres").exists()


def test_dbts_own_help_needs_no_database(embedded_program: Program) -> None:
    answer = embedded_program("dbt", "build", "--help")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("Usage: worksights-zoom dbt build")
    assert not (embedded_program.home / "postgres").exists()


@pytest.mark.parametrize("target", ["dev", "live"])
def test_a_database_without_tables_is_refused(
    target: str, program: Program, empty_database_url: str
) -> None:
    answer = program("dbt", "run", "--target", target, DATABASE_URL=empty_database_url)
    assert answer.is_a_plain_refusal
    assert "Run: worksights-zoom migrate" in answer.err


def test_a_server_that_does_not_answer_is_named(program: Program, dead_database_url: str) -> None:
    answer = program("dbt", "run", DATABASE_URL=dead_database_url)
    assert answer.is_a_plain_refusal
    assert "Cannot connect to the database at 127.0.0.1:" in answer.err


@pytest.mark.parametrize("schema", ["Dev", "1", "rebuild_me", "a; drop schema timeline", "a" * 31])
def test_an_unusable_name_of_schemas_is_refused(schema: str, program: Program) -> None:
    answer = program("dbt", "run", DEV_SCHEMA=schema)
    assert answer.is_a_plain_refusal
    assert "DEV_SCHEMA cannot be " in answer.err
