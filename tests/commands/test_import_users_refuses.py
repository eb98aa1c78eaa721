"""`import-users` names the line that is wrong, and imports nothing."""

import psycopg
import pytest

from tests.commands.program import Program, execute, rows
from tests.commands.users_file import HEADER, import_users, make_two_organizations, users


@pytest.fixture
def acme(program: Program) -> Program:
    return make_two_organizations(program)


BOB = "bob@acme.example,Bob,member,UTC"
CY = "cy@acme.example,Cy,member,UTC"
WITH_BOB = f"{HEADER}\n{BOB}\n"
BAD_FILES = {
    "nothing at all": ("", "line 1: missing columns: email, full_name, role, time_zone"),
    "no column for the role": ("email,full_name,time_zone\n", "line 1: missing columns: role"),
    "an unknown column": (f"{HEADER},salary\n{BOB},1", "line 1: unknown columns: 'salary'"),
    "too few values": (
        f"{WITH_BOB}cy@acme.example,Cy,member",
        "line 3: the number of values does not match the number of columns",
    ),
    "too many values": (
        f"{WITH_BOB}{CY},more",
        "line 3: the number of values does not match the number of columns",
    ),
    "no name": (f"{WITH_BOB}cy@acme.example, ,member,UTC", "line 3: missing value for full_name"),
    "no email": (f"{WITH_BOB}cy at acme,Cy,member,UTC", "line 3: invalid email"),
    "two emails": (
        f'{WITH_BOB}"cy@acme.example, di@acme.example",Cy,member,UTC',
        "line 3: invalid email: character 16 is U+002C (COMMA)",
    ),
    "a space in an email": (
        f"{WITH_BOB}cy@acme\u00a0works.example,Cy,member,UTC",
        "line 3: invalid email: character 8 is U+00A0 (NO-BREAK SPACE)",
    ),
    "one email in two spellings": (
        f"{WITH_BOB}\u200bBob <bob@acme.example>,Bo,member,UTC",
        "line 3: duplicate email, first used on line 2",
    ),
    "a wrong role": (f"{WITH_BOB}cy@acme.example,Cy,boss,UTC", "line 3: invalid role; use one of"),
    "a wrong zone": (f"{WITH_BOB}cy@acme.example,Cy,member,Berlin", "line 3: invalid time zone"),
    "a path as zone": (f"{WITH_BOB}cy@acme.example,Cy,member,../UTC", "line 3: invalid time zone"),
    "a folder as zone": (
        f"{WITH_BOB}cy@acme.example,Cy,member,Europe",
        "line 3: invalid time zone",
    ),
    "a wrong time": (
        f"{HEADER},created_at\n{BOB},\n{CY},yesterday",
        "line 3: invalid created_at; use a time",
    ),
    "one email twice": (
        f"{WITH_BOB}BOB@acme.example,Bo,member,UTC",
        "line 3: duplicate email, first used on line 2",
    ),
    "one user_id twice": (
        f"{HEADER},user_id\n{BOB},u7\n{CY},u7",
        "line 3: duplicate user_id, first used on line 2",
    ),
    "an open quote": (f'{WITH_BOB}"{CY}', "line 3: unexpected end"),
    "a user of another organization": (
        f"{HEADER},user_id\n{BOB},\n{CY},u2",
        "line 3: this user_id belongs to another organization",
    ),
    "the email of another user": (
        f"{HEADER},user_id\n{BOB},\nANN@acme.example,Cy,member,UTC,u3",
        "line 3: another user in this organization already has this email",
    ),
    "a heading twice": (f"{HEADER},role\n{BOB},member", "line 1: duplicate column role"),
    "a time before all time zones": (
        f"{HEADER},created_at\n{BOB},\n{CY},0001-01-01T00:00:00+14:00",
        "line 3: invalid created_at; use a time",
    ),
    "a time after all time zones": (
        f"{HEADER},deactivated_at\n{BOB},\n{CY},9999-12-31T23:59:59-14:00",
        "line 3: invalid deactivated_at; use a time",
    ),
    "a zero time": (
        f"{HEADER},created_at\n{BOB},\n{CY},0001-01-01",
        "line 3: created_at must be in the years 1970 to 2099",
    ),
    "a long user_id": (
        f"{HEADER},user_id\n{BOB},\n{CY},{'x' * 129}",
        "line 3: user_id is longer than 128 bytes",
    ),
    "a long email": (
        f"{WITH_BOB}{'x' * 400}@acme.example,Cy,member,UTC",
        "line 3: email is longer than 320 bytes",
    ),
    "a long name": (
        f"{WITH_BOB}cy@acme.example,{'ü' * 201},member,UTC",
        "line 3: full_name is longer than 400 bytes",
    ),
    "a manager whom nobody knows": (
        f"{HEADER},manager_email\n{BOB},\n{CY},no@acme.example",
        "line 3: no user has this manager_email",
    ),
    "a manager of another organization": (
        f"{HEADER},user_id,manager_email\n{BOB},,\n{CY},u9,other@other.example",
        "line 3: no user has this manager_email",
    ),
    "one's own manager": (
        f"{HEADER},manager_email\n{BOB},\n{CY},CY@acme.example",
        "line 3: no one can be their own manager",
    ),
    "a manager without an address": (
        f"{HEADER},manager_email\n{BOB},\n{CY},Bob",
        "line 3: invalid manager_email",
    ),
    "a NUL": (f"{WITH_BOB}cy@acme.example,C\0y,member,UTC", "line 3: "),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_line_is_named_and_nothing_is_imported(name: str, acme: Program) -> None:
    content, reason = BAD_FILES[name]
    before = users(acme, "*")
    answer = import_users(acme, content + "\n", "--organization-name", "Another Name")
    assert answer.is_a_plain_refusal, answer.err[-500:]
    assert reason in answer.err
    assert answer.err.endswith("Nothing was imported.\n")
    assert users(acme, "*") == before
    assert rows(acme.settings["DATABASE_URL"], "select name from worksights.organizations") == [
        ("Acme",),
        ("Other",),
    ]


def test_text_that_is_not_utf_8_is_refused(acme: Program) -> None:
    before = users(acme, "*")
    answer = import_users(acme, f"{HEADER}\nbob@acme.example,Bøb,member,UTC\n".encode("latin-1"))
    assert answer.is_a_plain_refusal
    assert "not UTF-8" in answer.err
    assert users(acme, "*") == before


@pytest.mark.parametrize(
    "values",
    [
        "('u9', 'acme', 'x@acme.example', repeat('x', 401), '2024-01-01Z')",
        "(repeat('x', 129), 'acme', 'x@acme.example', 'X', '2024-01-01Z')",
        "('u9', 'acme', repeat('x', 321), 'X', '2024-01-01Z')",
        "('u9', 'acme', 'x@acme.example', 'X', '0001-01-01Z')",
        "('u9', 'acme', 'x@acme.example', 'X', 'infinity')",
    ],
)
def test_the_database_refuses_the_same_values(values: str, acme: Program) -> None:
    columns = "(user_id, organization_id, email, full_name, created_at)"
    with pytest.raises(psycopg.errors.CheckViolation):
        execute(
            acme.settings["DATABASE_URL"],
            f"insert into worksights.users {columns[:-1]}, role) "  # noqa: S608  (the values above)
            f"values {values[:-1]}, 'member')",
        )


@pytest.mark.parametrize("organization", ["", "-", "*"], ids=["empty", "dash", "star"])
def test_an_id_that_means_no_organization_is_refused(organization: str, program: Program) -> None:
    answer = import_users(program, WITH_BOB, organization=organization)
    assert answer.is_a_plain_refusal, answer.text[-500:]
    assert "--organization cannot be empty, - or *" in answer.err
    url = program.settings["DATABASE_URL"]
    with pytest.raises(psycopg.errors.CheckViolation):  # whoever writes it
        execute(
            url, "insert into worksights.organizations values (%(id)s, 'X')", {"id": organization}
        )
