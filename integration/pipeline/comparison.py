"""Two states of the same tables: the live ones, and those a rebuild has derived beside them."""

from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from integration.database import rows
from integration.pipeline.marts import are_there


@dataclass(frozen=True)
class Table:
    """A table that batches keep; `stamps` are columns that say when a row changed and are not
    compared.
    """

    schema: str
    name: str
    keys: tuple[str, ...]
    stamps: tuple[str, ...]


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
    """How many rows the rebuilt table lacks and adds; a changed row counts in both. Where columns
    differ, every row does.
    """
    is_there = _exists(connection, table)
    if not is_there or _names(connection, table) != _names(connection, table, prefix):
        live_rows = _count(connection, _live(table)) if is_there else 0
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


def take_over(connection: psycopg.Connection, tables: list[Table], prefix: str) -> None:
    """Makes the live tables equal to the rebuilt ones, in one transaction; rows that are equal stay
    as they are. What the rebuild could not derive has its live rows in both.

    A table that has other columns is left to the next batch, which gives it the new ones and
    derives it from everything: the views on it are to be built in the same run.
    """
    with connection.transaction():
        _take_over_failures(connection, tables, prefix)
        for table in tables:
            if not _exists(connection, table) or (
                _names(connection, table) != _names(connection, table, prefix)
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


def _take_over_failures(connection: psycopg.Connection, tables: list[Table], prefix: str) -> None:
    """A rebuild tries everything again: what fails is what failed in it."""
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
    """Removes what a rebuild derived, and what an interrupted one left."""
    schemas = connection.execute(
        "select nspname from pg_namespace where starts_with(nspname, %s)", [prefix]
    ).fetchall()
    for (schema,) in schemas:
        connection.execute(SQL("drop schema {} cascade").format(Identifier(schema)))
    connection.execute("delete from pipeline.progress where starts_with(model, %s)", [prefix])
    connection.execute("delete from pipeline.failures where starts_with(model, %s)", [prefix])


def _exists(connection: psycopg.Connection, table: Table) -> bool:
    return are_there(connection, [f"{table.schema}.{table.name}"])


def _count(connection: psycopg.Connection, table: Identifier) -> int:
    return rows.scalar(connection, int, SQL("select count(*) from {}").format(table))


def _compared(connection: psycopg.Connection, table: Table) -> Composed:
    return _column_list([c for c in _names(connection, table) if c not in table.stamps])


def _columns(connection: psycopg.Connection, table: Table) -> Composed:
    return _column_list(_names(connection, table))


def _names(connection: psycopg.Connection, table: Table, prefix: str = "") -> list[str]:
    """In the order of their names: a column that was added later is the last in its table."""
    return rows.scalars(
        connection,
        str,
        """
        select attname from pg_attribute
        where attrelid = %s::regclass and attnum > 0 and not attisdropped
        order by attname collate "C"
        """,
        [f"{prefix}{table.schema}.{table.name}"],
    )


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
