"""Compares the schema of a database with the one that this release was written for.

Each migration writes its revision as the comment of alembic's table, in its own transaction:
everybody can read a comment, and the receiver's login may not read any table.
"""

from functools import cache
from pathlib import Path

import psycopg

from integration.database.address import place_of
from integration.database.unavailable import DatabaseUnsuitable

VERSION_TABLE = "worksights_zoom_schema"  # not alembic's default name: Dagster uses that one
VERSIONS = Path(__file__).parent / "migrations" / "versions"
# In a database that releases before the comment have migrated, there is none.
_FOUND = """
    select
        to_regclass('public.worksights_zoom_schema') is not null,
        obj_description(to_regclass('public.worksights_zoom_schema'), 'pg_class')
"""


@cache
def known_schemas() -> tuple[str, ...]:
    """The revisions that this release knows, oldest first; it needs the last one."""
    return tuple(sorted(file.stem.partition("_")[0] for file in VERSIONS.glob("[0-9]*_*.py")))


def comment_of(revision: str) -> str:
    """The statement that writes the revision as the comment of alembic's table."""
    return f"comment on table public.{VERSION_TABLE} is '{revision}'"


def refuse_newer_schema(connection: psycopg.Connection, url: str) -> None:
    """DatabaseUnsuitable if a newer release has migrated the database."""
    is_set_up, found = connection.execute(_FOUND).fetchone() or (False, None)
    if is_set_up:
        _refuse_newer(found, url)


def refuse_other_schema(is_set_up: bool, found: str | None, url: str) -> None:
    """DatabaseUnsuitable, with the next step, if the schema is not the one this release needs."""
    if is_set_up:
        _refuse_newer(found, url)
    if found != known_schemas()[-1]:
        state = "has an older schema than this release needs" if is_set_up else "is not set up"
        raise DatabaseUnsuitable(
            f"The database at {place_of(url)} {state}. Run: worksights-zoom migrate"
        )


def _refuse_newer(found: str | None, url: str) -> None:
    if found is not None and found not in known_schemas():
        raise DatabaseUnsuitable(
            f"The database at {place_of(url)} was migrated by a newer release (schema {found}, "
            f"this release knows {known_schemas()[-1]}). Run the newer release, or restore a "
            "backup from before its migration."
        )
