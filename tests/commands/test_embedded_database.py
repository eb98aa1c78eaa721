"""The embedded Postgres, on other machines and in unusual folders."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.commands.program import Program, rows
from tests.memory import in_memory

NOBODY = 65534  # the user id on Debian and others
FOLDERS = {
    "spaces": "my work/zoom app",
    "a long name": "/".join(["a-folder-with-a-long-name"] * 6),
    "special characters": "Müller & Söhne/'zoom' 100%",
}


@pytest.fixture
def program_in(embedded_program: Program) -> Iterator[Program]:
    """Like `embedded_program`, in a folder that the test chooses; its server is stopped, too."""
    homes: list[Program] = []

    def choose(folder: str) -> Program:
        homes.append(replace(embedded_program, home=embedded_program.home / folder))
        return homes[-1]

    yield choose
    for program in homes:
        program("stop")


@pytest.mark.parametrize("name", FOLDERS)
def test_the_database_works_in_any_folder(name: str, program_in: Program) -> None:
    program = program_in(FOLDERS[name])
    answer = program("migrate")
    assert answer.code == 0, answer.err[-1000:]
    url = program("database-url").out.splitlines()[-1]
    assert rows(url, "select count(*) from worksights.users") == [(0,)]
    socket_folder = Path(conninfo_to_dict(url)["host"])
    assert program("stop").out == "The embedded PostgreSQL server has stopped.\n"
    assert socket_folder.exists() == (socket_folder == program.home / "postgres")


def test_another_users_lock_file_is_not_in_the_way(
    embedded_program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs of other users keep theirs in the same folder."""
    (tmp_path / ".lockfile").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    answer = embedded_program("migrate")
    assert answer.code == 0, answer.err[-1000:]


def test_another_user_of_the_machine_can_run_one_too(
    embedded_program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While ours runs; this user has no login, home directory or session folder."""
    try:
        subprocess.run([sys.executable, "-c", ""], user=NOBODY, check=True)
    except PermissionError:
        pytest.skip("only root can run as another user, who must be able to run this Python")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("HOME", "/nonexistent")
    embedded_program("database-url")
    with TemporaryDirectory(prefix="worksights-", dir=in_memory()) as home:
        os.chown(home, NOBODY, NOBODY)
        theirs = replace(embedded_program, home=Path(home), user=NOBODY)
        answer = theirs("migrate")
        assert answer.code == 0, answer.err[-1000:]
        assert theirs("stop").out == "The embedded PostgreSQL server has stopped.\n"
    assert embedded_program("stop").out == "The embedded PostgreSQL server has stopped.\n"


def test_a_failure_to_start_is_reported_in_one_sentence(embedded_program: Program) -> None:
    embedded_program("database-url")
    embedded_program("stop")
    with (embedded_program.home / "postgres" / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = 'nonsense'\n")
    answer = embedded_program("migrate")
    assert answer.is_a_plain_refusal, answer.text[-1000:]
    assert "configuration file" in answer.err
    assert str(embedded_program.home / "postgres" / "log") in answer.err


def test_a_home_that_is_not_writable_is_named(embedded_program: Program) -> None:
    (embedded_program.home / "a-file").touch()
    program = replace(embedded_program, home=embedded_program.home / "a-file" / "home")
    for command in ("migrate", "status", "database-url"):
        answer = program(command)
        assert answer.is_a_plain_refusal, (command, answer.text[-1000:])
        assert "a-file" in answer.err, command
