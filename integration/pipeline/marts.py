"""Whether dbt has built what pages read: before the first batch there is no table to ask."""

from collections.abc import Iterable

import psycopg

from integration.database import rows

LAST_BUILT = ("operations.outcomes", "clientsights.company_relationships")


def marts_are_there(connection: psycopg.Connection) -> bool:
    return are_there(connection, LAST_BUILT)


def are_there(connection: psycopg.Connection, relations: Iterable[str]) -> bool:
    """Whether each of these tables and views (schema.name) exists."""
    return rows.scalar(
        connection,
        bool,
        "select bool_and(to_regclass(relation) is not null) from unnest(%s::text[]) as relation",
        [list(relations)],
    )
