"""Databases of the tests' own, on the throw-away server of the run (tests/conftest.py)."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from integration.database.migrate import migrate

MIGRATED = "template_worksights"


def make_template(server_url: str) -> None:
    """The database of which the others are copies."""
    with psycopg.connect(server_url, autocommit=True) as owner:
        owner.execute(SQL("create database {}").format(Identifier(MIGRATED)))
    migrate(url_of(server_url, MIGRATED))


@contextmanager
def new_database(server_url: str, *, template: str = MIGRATED) -> Iterator[str]:
    """The URL of a database that is there for as long as the block runs: a copy of `template`,
    which is migrated and empty.

    It gets the first name that is free, because dbt parses the project anew, 5 s, for each name.
    """
    with psycopg.connect(server_url, autocommit=True) as owner:
        taken = {name for (name,) in owner.execute("select datname from pg_database")}
        name = next(f"test_{n}" for n in count() if f"test_{n}" not in taken)
        database = Identifier(name)
        # Copying the files takes a third of the time that writing a log of them takes.
        owner.execute(
            SQL("create database {} template {} strategy file_copy").format(
                database, Identifier(template)
            )
        )
        # Rights on the database itself are not copied along.
        owner.execute(SQL("grant create on database {} to pipeline").format(database))
        try:
            yield url_of(server_url, name)
        finally:
            owner.execute(SQL("drop database {} with (force)").format(database))


def keep_as_template(url: str, template: str) -> None:
    """A copy of the database at this URL, in which nobody works, for `new_database`."""
    database = Identifier(urlsplit(url).path.removeprefix("/"))
    with psycopg.connect(url_of(url, MIGRATED), autocommit=True) as owner:
        owner.execute(
            SQL("create database {} template {} strategy file_copy").format(
                Identifier(template), database
            )
        )


def url_of(server_url: str, database: str) -> str:
    return urlsplit(server_url)._replace(path=f"/{database}").geturl()


def share_what_dbt_parsed(home: Path) -> None:
    """Gives an installation the folder in which all of this run keep what dbt has parsed."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dbt").exists():
        (home / "dbt").symlink_to(_parsed())


@cache
def _parsed() -> Path:
    folder = mkdtemp(prefix="worksights-dbt-")
    atexit.register(rmtree, folder, ignore_errors=True)
    return Path(folder)
