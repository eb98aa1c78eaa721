"""Checks whether dbt has built the tables that pages read: none exist before the first batch."""

from collections.abc import Iterable

import psycopg

from integration.database import rows

LAST_BUILT = ("operations.outcomes", "clientsights.company_relationships")


def marts_exist(connection: psycopg.Connection) -> bool:
    return relations_exist(connection, LAST_BUILT)


def relations_exist(connection: psycopg.Connection, relations: Iterable[str]) -> bool:
    """Whether each of these tables and views (schema.name) exists."""
    return rows.scalar(
        connection,
        bool,
        "select bool_and(to_regclass(relation) is not null) from unnest(%s::text[]) as relation",
        [list(relations)],
    )


def has_column(connection: psycopg.Connection, relation: str, column: str) -> bool:
    """Whether a table (schema.name) exists with this column. The first batch after an update of
    WorkSights adds new columns.
    """
    return rows.scalar(
        connection,
        bool,
        "select exists (select from pg_attribute where attrelid = to_regclass(%s) "
        "and attname = %s and not attisdropped)",
        [relation, column],
    )


def existing_relations(connection: psycopg.Connection, relations: Iterable[str]) -> set[str]:
    """Those of the tables and views (schema.name) that exist."""
    found = rows.scalars(
        connection,
        str,
        "select relation from unnest(%s::text[]) as relation "
        "where to_regclass(relation) is not null",
        [list(relations)],
    )
    return set(found)
