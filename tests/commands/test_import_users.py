"""`import-users`: WorkSights users from a file, all of them or none."""

import re
import socket
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.directory.file import read_directory
from integration.pipeline.writer import WRITER_LOCK
from tests.commands.program import WORKSIGHTS_ZOOM, Program, rows
from tests.commands.users_file import (
    FOUNDED_AT,
    HEADER,
    import_users,
    make_two_organizations,
    users,
)
from tests.patience import PATIENCE


@pytest.fixture
def acme(program: Program) -> Program:
    return make_two_organizations(program)


def test_a_new_organization_is_created_with_its_users(program: Program) -> None:
    answer = import_users(
        program,
        f"{HEADER}\nann@acme.example,Ann Ärgerlich,Technical Admin,Europe/Berlin\n"
        "Bob@acme.example , Bob,member,UTC\n",
        "--organization-name",
        "Acme Works",
    )
    assert (answer.code, answer.out) == (
        0,
        "acme (created): 2 users added, 0 updated.\n",
    )
    assert rows(
        program.settings["DATABASE_URL"],
        "select organization_id, name from worksights.organizations",
    ) == [("acme", "Acme Works")]
    assert users(program, "organization_id", "email", "full_name", "role", "time_zone") == [
        ("acme", "ann@acme.example", "Ann Ärgerlich", "technical_admin", "Europe/Berlin"),
        ("acme", "bob@acme.example", "Bob", "member", "UTC"),
    ]


def test_a_file_as_spreadsheets_write_it_is_read(program: Program) -> None:
    content = f'{HEADER},user_id\r\nann@acme.example,"Ann, Dr.",owner,UTC,u9\r\n'
    assert import_users(program, b"\xef\xbb\xbf" + content.encode()).code == 0
    assert users(program, "user_id", "full_name") == [("u9", "Ann, Dr.")]


ROW = "ann@acme.example,Ann Ash,owner,UTC"
AS_OTHERS_WRITE_IT = {
    "empty rows at the end": f"{HEADER}\nann@acme.example,Ann Ash,owner,UTC\n,,,\n\n , ,,\n",
    "empty rows before the header": f"\n,,,\n{HEADER}\nann@acme.example,Ann Ash,owner,UTC\n",
    "semicolons": "email;full_name;role;time_zone\nann@acme.example;Ann Ash;owner;UTC\n",
    "Excel's own line": f"sep=,\r\n{HEADER}\r\nann@acme.example,Ann Ash,owner,UTC\r\n",
    "tabs": "email\tfull_name\trole\ttime_zone\nann@acme.example\tAnn Ash\towner\tUTC\n",
    "readable headings": '"Email","Full name"," Role ",TIME ZONE\n' + ROW,
    "line breaks in quotes": f'{HEADER}\r\nann@acme.example,"Ann\r\nAsh",owner,UTC\r\n',
    "invisible characters": (
        f"{HEADER}\n\u200bann@acme.example,Ann\u00ad Ash\u200b,owner\ufeff,UTC\n"
    ),
    "old line endings": f"{HEADER}\rann@acme.example,Ann Ash,owner,UTC\r",
    "empty columns at the end": f"{HEADER},,\n{ROW},,\n{','.join([''] * 6)}\n",
    "quotes around everything": "\n".join(
        ",".join(f'"{value}"' for value in row.split(",")) for row in (HEADER, ROW)
    ),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", AS_OTHERS_WRITE_IT)
def test_a_file_is_read_however_others_write_it(name: str, encoding: str) -> None:
    (user,) = read_directory(AS_OTHERS_WRITE_IT[name].encode(encoding))
    assert ",".join([user.email, user.full_name, user.role, user.time_zone]) == ROW


def test_lines_are_numbered_as_in_an_editor() -> None:
    """A cell with two lines and an empty row precede it."""
    content = f'sep=,\n{HEADER}\nann@acme.example,"Ann\nAsh",owner,UTC\n,,,\ncy,Cy,owner,UTC\n'
    with pytest.raises(ValueError, match="line 6: invalid email"):
        read_directory(content.encode())


@given(
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"{HEADER}\n{text}".encode())
)
def test_no_file_causes_a_traceback(content: bytes) -> None:
    said = "line 1: it was read"
    try:
        read_directory(content)
    except ValueError as error:
        said = str(error)
    assert re.match(r"line \d+: ", said)


def test_standard_input_is_read_even_if_nobody_may_open_it(program: Program) -> None:
    """A socket cannot be opened as /dev/stdin, nor can a file of root by another user."""
    command = (WORKSIGHTS_ZOOM, "import-users", "-", "--organization", "acme")
    ours, its = socket.socketpair()
    with ours, its:
        ours.sendall(f"{HEADER}\n{ROW}\n".encode())
        ours.shutdown(socket.SHUT_WR)
        done = subprocess.run(
            command,
            stdin=its,
            capture_output=True,
            text=True,
            check=False,
            env=program.environment(),
            timeout=PATIENCE,
        )
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "acme (created): 1 user added, 0 updated.\n",
        "",
    )


def test_standard_input_is_named_when_it_is_refused(program: Program) -> None:
    answer = program("import-users", "-", "--organization", "acme")  # it is empty
    assert answer.is_a_plain_refusal
    assert answer.err.startswith("Error: standard input: line 1: ")
    assert answer.err.endswith("Nothing was imported.\n")


def test_a_closed_standard_input_is_refused(program: Program) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" import-users - --organization acme <&-', WORKSIGHTS_ZOOM],
        capture_output=True,
        text=True,
        check=False,
        env=program.environment(),
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "Error: Standard input is closed. Name a file, or add: < FILE.csv\n",
    )


def test_a_user_is_recognized_by_email_in_any_letter_case(acme: Program) -> None:
    answer = import_users(acme, f"{HEADER}\nANN@Acme.Example,Ann Two,admin,Asia/Kolkata\n")
    assert (answer.code, answer.out) == (
        0,
        "acme: 0 users added, 1 updated.\n",
    )
    assert users(acme, "user_id", "email", "full_name", "role", "time_zone", "created_at") == [
        ("u1", "ann@acme.example", "Ann Two", "admin", "Asia/Kolkata", FOUNDED_AT),
        ("u2", "ann@acme.example", "Another Ann", "member", "UTC", FOUNDED_AT),
    ]


def test_an_email_is_stored_in_the_form_that_is_compared(acme: Program) -> None:
    assert (
        import_users(acme, f"{HEADER}\n\u200bZoe\u0308@B\u00fccher.example,Zo,member,UTC\n").code
        == 0
    )
    assert users(acme, "email")[1] == ("zo\u00eb@xn--bcher-kva.example",)


def test_a_user_is_recognized_by_user_id_whatever_the_email(acme: Program) -> None:
    answer = import_users(
        acme,
        f"{HEADER},user_id,deactivated_at\nann@new.example,Ann,member,UTC,u1,2026-01-31T12:00:00+01:00\n",
    )
    assert answer.code == 0
    assert users(acme, "user_id", "email", "deactivated_at")[0] == (
        "u1",
        "ann@new.example",
        datetime(2026, 1, 31, 11, tzinfo=UTC),
    )


def test_a_deactivated_user_stays_so_unless_the_file_has_the_column(acme: Program) -> None:
    ann = "ann@acme.example,Ann,member,UTC"
    seen = []
    for content in (
        f"{HEADER},deactivated_at\n{ann},2026-01-31T12:00:00Z\n",
        f"{HEADER}\n{ann}\n",
        f"{HEADER},deactivated_at\n{ann},\n",
    ):
        assert import_users(acme, content).code == 0
        seen.append(users(acme, "deactivated_at")[0][0])
    then = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert seen == [then, then, None]


def test_a_user_without_a_creation_time_gets_that_of_the_organization(acme: Program) -> None:
    import_users(
        acme,
        f"{HEADER},created_at\nbob@acme.example,Bob,member,UTC,\ncy@acme.example,Cy,member,UTC,2025-05-05T10:00Z\n",
    )
    assert users(acme, "email", "created_at")[1:3] == [
        ("bob@acme.example", FOUNDED_AT),
        ("cy@acme.example", datetime(2025, 5, 5, 10, tzinfo=UTC)),
    ]


def test_importing_the_same_file_again_changes_nothing(acme: Program) -> None:
    content = f"{HEADER}\nann@acme.example,Ann,member,UTC\nbob@acme.example,Bob,member,UTC\n"
    import_users(acme, content)
    before = users(acme, "*")
    assert import_users(acme, content).out == "acme: 0 users added, 2 updated.\n"
    assert users(acme, "*") == before


def test_a_missing_file_is_named(program: Program, tmp_path: Path) -> None:
    answer = program("import-users", str(tmp_path / "none.csv"), "--organization", "acme")
    assert answer.is_a_plain_refusal
    assert "none.csv' does not exist" in answer.err


def test_the_import_waits_for_a_running_batch_and_says_so(acme: Program) -> None:
    file = acme.home / "users.csv"
    file.write_text(f"{HEADER}\nbob@acme.example,Bob,member,UTC\n")
    with psycopg.connect(acme.settings["DATABASE_URL"], autocommit=True) as batch:
        batch.execute("select pg_advisory_lock(%s)", [WRITER_LOCK])
        with acme.start("import-users", str(file), "--organization", "acme") as process:
            assert process.stderr.readline() == (
                "Waiting for another batch, rebuild, erasure or import to finish.\n"
            )
            waiting = users(acme, "email")
            batch.execute("select pg_advisory_unlock(%s)", [WRITER_LOCK])
            out, _ = process.communicate(timeout=PATIENCE)
    assert waiting == [("Ann@acme.example",), ("ann@acme.example",)]
    assert (process.returncode, out) == (0, "acme: 1 user added, 0 updated.\n")


def test_managers_are_named_by_email_in_any_order(acme: Program) -> None:
    """Also by the new email of a line further down; a file without the column changes nothing."""
    ann, bob = "ann@new.example,Ann,manager,UTC,u1", "bob@acme.example,Bob,member,UTC,u5"
    seen = []
    for header, lines in (
        (f"{HEADER},user_id,manager_email", f"{bob}, ANN@new.example\n{ann},\n"),
        (f"{HEADER},user_id", f"{bob}\n{ann}\n"),
        (f"{HEADER},user_id,manager_email", f"{bob},\n"),
    ):
        assert import_users(acme, f"{header}\n{lines}").code == 0
        seen.append([each for each in users(acme, "user_id", "manager_user_id") if each[0] == "u5"])
    assert seen == [[("u5", "u1")], [("u5", "u1")], [("u5", None)]]


@pytest.mark.parametrize("is_renamed_first", [True, False])
def test_a_new_user_takes_over_an_email_that_the_same_file_changes(
    acme: Program, is_renamed_first: bool
) -> None:
    lines = [
        "ann.old@acme.example,Ann,member,UTC,u1,ann@acme.example",
        "ann@acme.example,Another Ann,member,UTC,,",
    ]
    file = "\n".join(lines if is_renamed_first else reversed(lines))
    assert import_users(acme, f"{HEADER},user_id,manager_email\n{file}\n").code == 0
    ((new, *_),) = rows(
        acme.settings["DATABASE_URL"],
        "select user_id from worksights.users where full_name = 'Another Ann' "
        "and organization_id = 'acme'",
    )
    found = users(acme, "organization_id", "user_id", "email", "manager_user_id")
    assert sorted(each[1:] for each in found if each[0] == "acme") == sorted(
        [("u1", "ann.old@acme.example", new), (new, "ann@acme.example", None)]
    )
