"""The embedded Postgres, on other machines and in unusual folders."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from integration.database.embedded import LOCKS, LOGGING, OWNER, SUPERUSER, url_of
from integration.database.role_names import ROLES
from tests.commands.program import Program, execute, rows
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


@pytest.mark.parametrize("name", ["spaces", "a long name"])
def test_an_error_about_it_names_no_setting_that_nobody_has_set(
    name: str, program_in: Program
) -> None:
    """`up` passes the server's address to its processes in settings that operators use, too."""
    program = program_in(FOLDERS[name])
    url = program("database-url").out.splitlines()[-1]
    assert program("stop").code == 0
    for command, setting in (("migrate", "DATABASE_URL"), ("status", "PIPELINE_DATABASE_URL")):
        answer = program(command, **{setting: url})
        assert answer.is_a_plain_refusal, answer.text[-1000:]
        assert "Cannot connect to the embedded PostgreSQL server in " in answer.err
        assert answer.err.endswith("To start it, run: worksights-zoom up\n")
        assert "DATABASE_URL" not in answer.err


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


@pytest.mark.parametrize("locale", ["xx_XX.UTF-8", "UTF-8"])
def test_a_locale_that_the_machine_does_not_have_is_not_in_the_way(
    locale: str, embedded_program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SSH passes on that of the client; macOS' own is just UTF-8. Texts sort the same anywhere."""
    monkeypatch.setenv("LC_ALL", locale)
    answer = embedded_program("database-url")
    assert answer.code == 0, answer.err[-1000:]
    of_database = (
        "select datlocprovider::text, datlocale, lower('ÄI') from pg_database "
        "where datname = current_database()"
    )
    assert rows(answer.out.splitlines()[-1], of_database) == [("b", "C.UTF-8", "äi")]


def test_a_killed_server_is_replaced_at_once(embedded_program: Program) -> None:
    """Its process may not have ended, or its parent not have noticed."""
    url = url_of(embedded_program.home)
    for _ in range(5):
        first_line, *_ = (embedded_program.home / "postgres" / "postmaster.pid").read_text().split()
        os.kill(int(first_line), signal.SIGKILL)
        assert url_of(embedded_program.home) == url
        assert rows(url, "select 1") == [(1,)]


def test_what_is_in_the_way_of_a_new_database_is_named(embedded_program: Program) -> None:
    (embedded_program.home / "postgres").mkdir(parents=True)
    (embedded_program.home / "postgres" / "notes.txt").touch()
    answer = embedded_program("migrate")
    assert answer.is_a_plain_refusal, answer.text[-1000:]
    assert "exists but is not empty" in answer.err


def test_a_failure_to_start_is_reported_in_one_sentence(embedded_program: Program) -> None:
    embedded_program("database-url")
    embedded_program("stop")
    with (embedded_program.home / "postgres" / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = 'nonsense'\n")
    answer = embedded_program("migrate")
    assert answer.is_a_plain_refusal, answer.text[-1000:]
    assert "configuration file" in answer.err
    assert str(embedded_program.home / "postgres" / "log") in answer.err


def test_its_log_is_replaced_every_week_and_contains_no_data(embedded_program: Program) -> None:
    url = embedded_program("database-url").out.splitlines()[-1]
    wrong = "select 'ann@firm.example'::integer"
    with pytest.raises(psycopg.Error):
        rows(url, wrong)
    as_superuser = url.replace(OWNER, SUPERUSER)
    given = LOGGING | LOCKS
    assert {name: rows(as_superuser, f"show {name}")[0][0] for name in given} == given
    data = embedded_program.home / "postgres"
    (log,) = (data / "logs").iterdir()
    assert re.fullmatch(r"postgres-(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\.log", log.name)
    assert "ERROR" in log.read_text()
    assert "select" not in log.read_text()
    assert (data / "log").stat().st_size < 1000  # replaced at each start


def test_a_home_that_is_not_writable_is_named(embedded_program: Program) -> None:
    (embedded_program.home / "a-file").touch()
    program = replace(embedded_program, home=embedded_program.home / "a-file" / "home")
    for command in ("migrate", "status", "database-url"):
        answer = program(command)
        assert answer.is_a_plain_refusal, (command, answer.text[-1000:])
        assert "a-file" in answer.err, command


OWNED_BY_THE_SUPERUSER = """
    select oid::regclass::text from pg_class
    where relowner = 'postgres'::regrole
        and relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        and relnamespace::regnamespace::text !~ '^pg_'
    union all
    select oid::regprocedure::text from pg_proc
    where proowner = 'postgres'::regrole
        and pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    union all
    select nspname from pg_namespace
    where nspowner = 'postgres'::regrole and nspname !~ '^pg_' and nspname <> 'information_schema'
"""
WHO_AM_I = "select session_user::text, (select rolsuper from pg_roles where rolname = session_user)"


def as_login(url: str, login: str) -> str:
    return urlsplit(url)._replace(netloc=f"{login}:@").geturl()


def test_nobody_but_the_server_itself_is_a_superuser(embedded_program: Program) -> None:
    embedded_program("migrate")
    url = embedded_program("database-url").out.splitlines()[-1]
    assert rows(url, WHO_AM_I) == [("worksights_owner", False)]
    for login in ROLES:
        assert rows(as_login(url, login), WHO_AM_I) == [(login, False)]
    everybody = "select rolname::text from pg_roles where rolsuper"
    assert rows(url, everybody) == [("postgres",)]


def test_what_the_superuser_of_an_earlier_version_owned_is_the_owners(
    embedded_program: Program,
) -> None:
    url = embedded_program("database-url").out.splitlines()[-1]
    as_before = as_login(url, "postgres")
    execute(as_before, "alter database postgres owner to postgres")
    execute(as_before, "drop role worksights_owner")
    assert embedded_program("migrate", DATABASE_URL=as_before).code == 0
    assert len(rows(as_before, OWNED_BY_THE_SUPERUSER)) > 100
    execute(as_before, "alter role receiver nologin")
    answer = embedded_program("migrate")
    assert (answer.code, answer.out) == (0, "The database is up to date (0 migrations applied).\n")
    assert rows(url, OWNED_BY_THE_SUPERUSER) == []
    assert rows(as_login(url, "receiver"), WHO_AM_I) == [("receiver", False)]
