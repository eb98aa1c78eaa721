"""Servers and poolers that cannot be used are refused in one sentence."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier, Literal

from tests.commands.program import APP_SETTINGS, Answer, program_with
from tests.patience import wait_until
from tests.processes.processes import free_port
from tests.servers.postgres import NOBODY, OLD, is_fetched, running


def answers(url: str, *commands: tuple[str, ...]) -> Iterator[tuple[str, Answer]]:
    with program_with(**APP_SETTINGS, DATABASE_URL=url) as program:
        for command in commands:
            yield command[0], program(*command)


def test_a_server_before_16_is_refused() -> None:
    if not is_fetched(OLD):
        pytest.skip("make servers")
    with running(OLD) as server:
        for command, answer in answers(server.url(), ("migrate",), ("up",)):
            assert answer.is_a_plain_refusal, (command, answer.text[-1000:])
            assert "is PostgreSQL 15. PostgreSQL 16 or newer is required." in answer.err, command


@contextmanager
def pooler(url: str, *, mode: str, ignored: str) -> Iterator[str]:
    """Debian's pgbouncer in front of the database; yields the database's URL through it."""
    parts = conninfo_to_dict(url)
    with TemporaryDirectory(prefix="worksights-pooler-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        settings = (
            f"[databases]\n* = host={parts['host']} user={parts['user']}\n"
            "[pgbouncer]\nlisten_addr = 127.0.0.1\nauth_type = any\nunix_socket_dir =\n"
            f"pool_mode = {mode}\nignore_startup_parameters = {ignored}\n"
        )
        user = owner_of(parts["host"])
        # One whose port was taken since it was free ends at once.
        tries = (start_pooler(settings, folder, user=user, parts=parts) for _ in range(9))
        process, port = next(one for one in tries if one[0].poll() is None)
        try:
            yield at_port(port, parts)
        finally:
            process.terminate()
            process.wait()


def start_pooler(
    settings: str, folder: Path, *, user: int | None, parts: Mapping[str, Any]
) -> "tuple[subprocess.Popen[bytes], int]":
    """Starts it on a free port, and waits until it answers or has ended."""
    port = free_port()
    (folder / "pgbouncer.ini").write_text(f"{settings}listen_port = {port}\n")
    process = subprocess.Popen(
        ["pgbouncer", "-q", str(folder / "pgbouncer.ini")], user=user, cwd="/"
    )
    wait_until(lambda: process.poll() is not None or is_reachable(at_port(port, parts)))
    return process, port


def at_port(port: int, parts: Mapping[str, Any]) -> str:
    return f"postgresql://{parts['user']}@127.0.0.1:{port}/{parts['dbname']}"


def owner_of(folder: str) -> int | None:
    """The user who can reach the database's socket, if this process can run others as that user."""
    return Path(folder).stat().st_uid if NOBODY else None


def is_reachable(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


COMMANDS = (("migrate",), ("status",), ("batch",), ("serve", "--port", "0"), ("up",))


@pytest.mark.parametrize("mode", ["transaction", "session"])
@pytest.mark.parametrize("ignored", ["extra_float_digits", "extra_float_digits, options"])
def test_a_pooler_that_drops_a_sessions_settings_is_refused(
    mode: str, ignored: str, database_url: str
) -> None:
    if not which("pgbouncer"):
        pytest.skip("apt-get install pgbouncer")
    with pooler(database_url, mode=mode, ignored=ignored) as url:
        for command, answer in answers(url, *COMMANDS):
            assert answer.is_a_plain_refusal, (command, answer.text[-1000:])
            assert "A connection pooler in front of it" in answer.err, (command, answer.err)
            step = "Set DATABASE_URL to the address of the server itself, not of the pooler."
            assert step in answer.err, (command, answer.err)


def test_roles_created_by_another_owner_are_refused_with_the_statement_that_helps() -> None:
    """Two databases on one server, each with its own owner."""
    if not is_fetched("16"):
        pytest.skip("make servers")
    with running("16") as server:
        with program_with(**APP_SETTINGS, DATABASE_URL=server.url()) as program:
            assert program("migrate").code == 0
        server.execute(
            SQL("create role {} login createrole password {}").format(
                Identifier("another"), Literal(server.password)
            ),
            SQL("create database theirs owner another"),
        )
        url = server.url(user="another", database="theirs")
        with program_with(**APP_SETTINGS, DATABASE_URL=url) as program:
            refused = program("migrate")
            assert refused.is_a_plain_refusal, refused.text[-1000:]
            grant = "grant receiver, pipeline, page, analyst to another with set true, inherit true"
            assert grant in refused.err
            server.execute(SQL(grant))
            migrated = program("migrate")
            assert migrated.code == 0, migrated.err
