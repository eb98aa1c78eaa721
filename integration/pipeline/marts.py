"""Whether dbt has built what pages read: before the first batch there is no table to ask."""

import psycopg

from integration.database import rows

LAST_BUILT = ["operations.outcomes", "clientsights.company_relationships"]


def marts_are_there(connection: psycopg.Connection) -> bool:
    return rows.scalar(
        connection,
        bool,
        "select bool_and(to_regclass(name) is not null) from unnest(%s::text[]) as name",
        [LAST_BUILT],
    )


def are_there(connection: psycopg.Connection, relations: list[str]) -> bool:
    """Whether each of these tables and views (schema.name) exists."""
    return rows.scalar(
        connection,
        bool,
        "select bool_and(to_regclass(relation) is not null) from unnest(%s::text[]) as relation",
        [relations],
    )
