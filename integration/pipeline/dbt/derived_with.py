"""Which code the tables and views in the database were derived with."""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from integration.database import rows


@dataclass(frozen=True)
class TableCode:
    """The code of one derived table: a fingerprint of everything that it is computed by, and the
    tables that it is derived from, directly or through others.
    """

    fingerprint: str
    derived_from: frozenset[str]


def analyze_landed(connection: psycopg.Connection) -> None:
    """Statistics of what the models read and others write, where it has grown by a fifth."""
    connection.execute(
        """
        select pipeline.analyze_grown(array(
            select pg_class.oid from pg_class
            inner join pg_namespace on pg_namespace.oid = relnamespace
            where nspname in ('zoom_raw', 'clientsights_raw', 'pipeline')
        ))
        """
    )


def note_code(connection: psycopg.Connection, tables: Mapping[str, TableCode]) -> list[str]:
    """Notes the code that tables (schema.table) are derived with from now on.

    Those that were derived with other code, and those derived from them, lose their progress: the
    next run derives them from everything. Returns their names, in order.
    """
    with connection.transaction():
        found = connection.execute(
            "select model, fingerprint from pipeline.progress where model = any(%s)",
            [list(tables)],
        )
        changed = {name for name, known in found if known != tables[name].fingerprint}
        stale = sorted(
            name for name, code in tables.items() if ({name} | code.derived_from) & changed
        )
        connection.execute("delete from pipeline.progress where model = any(%s)", [stale])
        if stale:  # a column that goes takes the views on it along
            connection.execute("delete from pipeline.built_views")
        connection.execute("delete from pipeline.model_code")
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into pipeline.model_code (model, fingerprint) values (%s, %s)",
                [(name, code.fingerprint) for name, code in tables.items()],
            )
    return stale


def rows_written(connection: psycopg.Connection, tables: list[str]) -> dict[str, int]:
    """Rows that the last run inserted into, or deleted from, each of the tables (schema.table)."""
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


def views_are_built(connection: psycopg.Connection, fingerprint: str) -> bool:
    """Whether the views are those of this state of the project."""
    return rows.scalar(
        connection,
        bool,
        "select exists (select from pipeline.built_views where fingerprint = %s)",
        [fingerprint],
    )


def note_views(connection: psycopg.Connection, fingerprint: str) -> None:
    """The views of this state of the project have been built."""
    connection.execute(
        """
        insert into pipeline.built_views (is_one, fingerprint) values (true, %s)
        on conflict (is_one) do update set fingerprint = excluded.fingerprint, built_at = now()
        """,
        [fingerprint],
    )
