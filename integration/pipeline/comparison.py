"""Compares the live tables with the copies that a rebuild has derived, and applies differences."""

from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from integration.database import rows
from integration.pipeline.marts import relations_exist


@dataclass(frozen=True)
class Table:
    """A table that batches update. `audit_columns` record when a row changed; they are not
    compared.
    """

    schema: str
    name: str
    keys: tuple[str, ...]
    audit_columns: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    table: Table
    only_live: int
    only_rebuilt: int
    sample: str | None  # the keys of one row that differs

    @property
    def rows(self) -> int:
        return self.only_live + self.only_rebuilt


def find_difference(connection: psycopg.Connection, table: Table, prefix: str) -> Difference:
    """The numbers of rows that only one of the tables has; a changed row counts in both. If the
    columns or their types differ, all rows do.
    """
    exists = _exists(connection, table)
    if not exists or _types(connection, table) != _types(connection, table, prefix):
        live_rows = _count(connection, _live(table)) if exists else 0
        return Difference(table, live_rows, _count(connection, _rebuilt(table, prefix)), None)
    columns = _compared(connection, table)
    live = SQL("select {} from {}").format(columns, _live(table))
    rebuilt = SQL("select {} from {}").format(columns, _rebuilt(table, prefix))
    counted = SQL("select count(*) from ({} except all {}) as different")
    only_live = rows.scalar(connection, int, counted.format(live, rebuilt))
    only_rebuilt = rows.scalar(connection, int, counted.format(rebuilt, live))
    keys = SQL(", ").join(map(Identifier, table.keys))
    sample = connection.execute(
        SQL(
            "select {} from (({} except {}) union all ({} except {})) as different order "
            "by {} limit 1"
        ).format(SQL("concat_ws(' ', {})").format(keys), live, rebuilt, rebuilt, live, keys)
    ).fetchone()
    return Difference(table, only_live, only_rebuilt, sample[0] if sample else None)


def apply_rebuilt(connection: psycopg.Connection, tables: list[Table], prefix: str) -> None:
    """Makes the live tables equal to the rebuilt ones, in one transaction. Equal rows are not
    written; what the rebuild could not derive has its live rows in both.

    Skips a table with other columns: the next batch gives it the new columns and derives it
    completely, because the views on it must be built in the same run.
    """
    with connection.transaction():
        _apply_failures(connection, tables, prefix)
        for table in tables:
            if not _exists(connection, table) or (
                _types(connection, table) != _types(connection, table, prefix)
            ):
                continue
            keys = SQL(" and ").join(
                SQL("old.{0} = new.{0}").format(Identifier(key)) for key in table.keys
            )
            compared = _compared(connection, table)
            every = _columns(connection, table)
            old, new = _prefixed("old", compared), _prefixed("new", compared)
            connection.execute(
                SQL(
                    "delete from {} as old where not exists ("
                    "select from {} as new where {} and ({}) is not distinct from ({}))"
                ).format(_live(table), _rebuilt(table, prefix), keys, new, old)
            )
            connection.execute(
                SQL(
                    "insert into {} ({}) select {} from {} as new "
                    "where not exists (select from {} as old where {})"
                ).format(
                    _live(table),
                    every,
                    _prefixed("new", every),
                    _rebuilt(table, prefix),
                    _live(table),
                    keys,
                )
            )


def _apply_failures(connection: psycopg.Connection, tables: list[Table], prefix: str) -> None:
    """Replaces the recorded failures: a rebuild retries everything, so only its failures remain."""
    names = [f"{table.schema}.{table.name}" for table in tables]
    connection.execute(
        """
        delete from pipeline.failures as live
        where live.model = any(%(names)s) and not exists (
            select from pipeline.failures as rebuilt
            where rebuilt.model = %(prefix)s || live.model and rebuilt.scope = live.scope
        )
        """,
        {"names": names, "prefix": prefix},
    )
    connection.execute(
        """
        insert into pipeline.failures as live (model, organization_id, scope, error, batch)
        select substr(model, length(%(prefix)s) + 1), organization_id, scope, error, batch
        from pipeline.failures
        where starts_with(model, %(prefix)s)
        on conflict (model, scope) do update
        set error = excluded.error, batch = excluded.batch, tried_at = clock_timestamp()
        """,
        {"prefix": prefix},
    )


def drop_rebuilt(connection: psycopg.Connection, prefix: str) -> None:
    """Drops the tables that a rebuild derived, and those that an interrupted one left."""
    schemas = connection.execute(
        "select nspname from pg_namespace where starts_with(nspname, %s)", [prefix]
    ).fetchall()
    for (schema,) in schemas:
        connection.execute(SQL("drop schema {} cascade").format(Identifier(schema)))
    connection.execute("delete from pipeline.progress where starts_with(model, %s)", [prefix])
    connection.execute("delete from pipeline.failures where starts_with(model, %s)", [prefix])


def _exists(connection: psycopg.Connection, table: Table) -> bool:
    return relations_exist(connection, [f"{table.schema}.{table.name}"])


def _count(connection: psycopg.Connection, table: Identifier) -> int:
    return rows.scalar(connection, int, SQL("select count(*) from {}").format(table))


def _compared(connection: psycopg.Connection, table: Table) -> Composed:
    return _column_list([c for c in _names(connection, table) if c not in table.audit_columns])


def _columns(connection: psycopg.Connection, table: Table) -> Composed:
    return _column_list(_names(connection, table))


def _names(connection: psycopg.Connection, table: Table) -> list[str]:
    return list(_types(connection, table))


def _types(connection: psycopg.Connection, table: Table, prefix: str = "") -> dict[str, str]:
    """Column -> type, sorted by name: a column that was added later is the last in its table."""
    found = connection.execute(
        """
        select attname, format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = %s::regclass and attnum > 0 and not attisdropped
        order by attname collate "C"
        """,
        [f"{prefix}{table.schema}.{table.name}"],
    )
    return dict(found.fetchall())


def _column_list(names: list[str]) -> Composed:
    return SQL(", ").join(map(Identifier, names))


def _prefixed(alias: str, columns: Composed) -> Composed:
    return SQL(", ").join(
        SQL("{}.{}").format(Identifier(alias), part)
        for part in columns
        if isinstance(part, Identifier)
    )


def _live(table: Table) -> Identifier:
    return Identifier(table.schema, table.name)


def _rebuilt(table: Table, prefix: str) -> Identifier:
    return Identifier(prefix + table.schema, table.name)
