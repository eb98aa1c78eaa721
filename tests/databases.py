"""Databases for tests, on the disposable server of the run (tests/conftest.py)."""

import atexit
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from urllib.parse import urlsplit

import psycopg
from alembic import command
from psycopg.sql import SQL, Identifier

from integration.database import embedded
from integration.database.logins import allow_logins_without_password, set_database_rights
from integration.database.migrate import configuration, engine_of
from integration.database.own_organization import limit_to
from integration.database.postgres import OWN_URLS, transaction
from integration.pipeline.migrate import migrate
from integration.settings import Settings

MIGRATED = "template_worksights"
FIRST = "test_0"


def make_template(server_url: str) -> None:
    """Creates the database that the others are copied from.

    It is migrated under the name of the first copy, because dbt parses the project for each name.
    """
    with psycopg.connect(server_url, autocommit=True) as owner:
        owner.execute(SQL("create database {}").format(Identifier(FIRST)))
        with TemporaryDirectory(prefix="worksights-") as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # importing dbt warns, and here warnings are errors
            home = Path(folder)
            share_what_dbt_parsed(home)
            migrate(Settings(home, values={}), url_of(server_url, FIRST), say=print)
            allow_logins_without_password(url_of(server_url, FIRST))
        owner.execute(
            SQL("alter database {} rename to {}").format(Identifier(FIRST), Identifier(MIGRATED))
        )


@contextmanager
def new_database(server_url: str, *, template: str = MIGRATED) -> Iterator[str]:
    """The URL of a database that exists during the block: a copy of `template`, by default migrated
    and empty.

    It gets the first free name, because dbt parses the project again (5 s) for each new name.
    """
    with psycopg.connect(server_url, autocommit=True) as owner:
        taken = {name for (name,) in owner.execute("select datname from pg_database")}
        name = next(f"test_{n}" for n in count() if f"test_{n}" not in taken)
        database = Identifier(name)
        # Copying the files takes a third of the time of writing them to the log.
        owner.execute(
            SQL("create database {} template {} strategy file_copy").format(
                database, Identifier(template)
            )
        )
        with psycopg.connect(url_of(server_url, name), autocommit=True) as connection:
            set_database_rights(connection, server_url)  # they are not copied
        try:
            yield url_of(server_url, name)
        finally:
            owner.execute(SQL("drop database {} with (force)").format(database))


@contextmanager
def superuser_of(url: str, *, autocommit: bool = False) -> Iterator[psycopg.Connection]:
    """A connection of the embedded server's superuser to this database. After the block its session
    has ended, because the owner cannot end it in order to drop the database.
    """
    as_superuser = urlsplit(url)._replace(netloc=f"{embedded.SUPERUSER}:@").geturl()
    with psycopg.connect(as_superuser, autocommit=autocommit) as superuser:
        process = superuser.info.backend_pid
        yield superuser
    with psycopg.connect(url, autocommit=True) as owner:
        while owner.execute("select from pg_stat_activity where pid = %s", [process]).fetchone():
            time.sleep(0.01)


@contextmanager
def page_of(url: str, organization_id: str) -> Iterator[psycopg.Connection]:
    """One transaction as the page has it for a viewer of this organization."""
    with transaction(url, role="page") as connection:
        limit_to(connection, organization_id)
        yield connection


def apply_migrations(url: str, *, to: str) -> None:
    """Applies the migrations up to this one, and not the ones after it."""
    with engine_of(url).connect() as connection:
        command.upgrade(configuration(connection=connection), to)


def set_revision(url: str, revision: str) -> None:
    """Records that the database has this revision, without applying or undoing anything."""
    with engine_of(url).connect() as connection:
        command.stamp(configuration(connection=connection), revision, purge=True)


def keep_as_template(url: str, template: str) -> None:
    """Copies the database at this URL for `new_database`. It must have no open connections."""
    database = Identifier(urlsplit(url).path.removeprefix("/"))
    with psycopg.connect(url_of(url, MIGRATED), autocommit=True) as owner:
        owner.execute(
            SQL("create database {} template {} strategy file_copy").format(
                Identifier(template), database
            )
        )


def url_of(server_url: str, database: str) -> str:
    return urlsplit(server_url)._replace(path=f"/{database}").geturl()


def with_own_logins(url: str) -> dict[str, str]:
    """The settings of an installation on this database, in which each process logs in as itself."""
    return {
        "DATABASE_URL": url,
        **{
            setting: urlsplit(url)._replace(netloc=f"{role}:@").geturl()
            for role, setting in OWN_URLS.items()
        },
    }


def share_what_dbt_parsed(home: Path) -> None:
    """Gives an installation the folder that this run shares for the project as dbt parsed it."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dbt").exists():
        (home / "dbt").symlink_to(parsed_projects())


@cache
def parsed_projects() -> Path:
    """The folder for the project as dbt parsed it, shared by all installations of this run."""
    folder = mkdtemp(prefix="worksights-dbt-")
    atexit.register(rmtree, folder, ignore_errors=True)
    return Path(folder)
