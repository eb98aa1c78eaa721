"""Records which code the tables and views in the database were derived with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import psycopg

from integration.database import rows

Kind = Literal["facts", "views"]  # facts are built before a batch derives, other views with it


@dataclass(frozen=True)
class TableCode:
    """The code of one derived table: a fingerprint of all code that computes it, and the tables
    that it is derived from, directly or through others.
    """

    fingerprint: str
    derived_from: frozenset[str]


def analyze_landed(connection: psycopg.Connection) -> None:
    """Updates the statistics of the models' source tables that have grown by a fifth."""
    connection.execute(
        """
        select pipeline.analyze_grown(array(
            select pg_class.oid from pg_class
            inner join pg_namespace on pg_namespace.oid = relnamespace
            where nspname in ('zoom_raw', 'clientsights_raw', 'pipeline')
        ))
        """
    )


def record_code(connection: psycopg.Connection, tables: Mapping[str, TableCode]) -> list[str]:
    """Records the code that tables (schema.table) are derived with from now on.

    Deletes the watermarks of tables that were derived with other code, and of those derived from
    them, so that the next run derives them completely. Returns their names, sorted.
    """
    with connection.transaction():
        changed = tables_with_other_code(connection, tables)
        stale = sorted(
            name for name, code in tables.items() if ({name} | code.derived_from) & changed
        )
        connection.execute("delete from pipeline.progress where model = any(%s)", [stale])
        if stale:  # removing a column drops the views on it
            connection.execute("delete from pipeline.built_views where kind = 'views'")
        connection.execute("delete from pipeline.model_code")
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into pipeline.model_code (model, fingerprint) values (%s, %s)",
                [(name, code.fingerprint) for name, code in tables.items()],
            )
    return stale


def tables_with_other_code(
    connection: psycopg.Connection, tables: Mapping[str, TableCode]
) -> set[str]:
    """The tables (schema.table) that were last derived with other code."""
    found = connection.execute(
        "select model, fingerprint from pipeline.progress where model = any(%s)", [list(tables)]
    )
    return {name for name, known in found if known != tables[name].fingerprint}


def rows_written(connection: psycopg.Connection, tables: list[str]) -> dict[str, int]:
    """The rows that the last run inserted into or deleted from each table (schema.table)."""
    found = connection.execute(
        """
        select model, coalesce(rows_inserted, 0) + coalesce(rows_deleted, 0)
        from pipeline.progress
        where model = any(%s)
        order by model
        """,
        [tables],
    )
    return dict(found.fetchall())


def views_are_built(connection: psycopg.Connection, kind: Kind, fingerprint: str) -> bool:
    """Whether the views of this kind were built from this state of the project."""
    return rows.scalar(
        connection,
        bool,
        "select exists (select from pipeline.built_views where kind = %s and fingerprint = %s)",
        [kind, fingerprint],
    )


def record_views(connection: psycopg.Connection, kind: Kind, fingerprint: str) -> None:
    """Records that the views of this state of the project have been built."""
    connection.execute(
        """
        insert into pipeline.built_views (kind, fingerprint) values (%s, %s)
        on conflict (kind) do update set fingerprint = excluded.fingerprint, built_at = now()
        """,
        [kind, fingerprint],
    )
