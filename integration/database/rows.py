"""Runs a query and returns its rows as dataclasses or single values. Errors are psycopg's, and
LookupError when a required row is missing.
"""

from typing import Any, TypeVar

from psycopg import Connection
from psycopg.abc import Params
from psycopg.abc import QueryNoTemplate as Query
from psycopg.rows import class_row, scalar_row

Row = TypeVar("Row")
Value = TypeVar("Value")


def every(
    connection: Connection[Any],
    kind: type[Row],
    query: Query,
    parameters: Params | None = None,
) -> list[Row]:
    """All rows; each column is an argument of `kind` of the same name."""
    return connection.cursor(row_factory=class_row(kind)).execute(query, parameters).fetchall()


def maybe_one(
    connection: Connection[Any],
    kind: type[Row],
    query: Query,
    parameters: Params | None = None,
) -> Row | None:
    """The first row, if there is one."""
    return connection.cursor(row_factory=class_row(kind)).execute(query, parameters).fetchone()


def one(
    connection: Connection[Any],
    kind: type[Row],
    query: Query,
    parameters: Params | None = None,
) -> Row:
    """The first row of a query that always returns one."""
    found = maybe_one(connection, kind, query, parameters)
    if found is None:
        raise LookupError("the query returned no row")
    return found


def maybe_scalar(
    connection: Connection[Any],
    kind: type[Value],
    query: Query,
    parameters: Params | None = None,
) -> Value | None:
    """The first column of the first row; None if it is null or there is no row."""
    found = connection.cursor(row_factory=scalar_row).execute(query, parameters).fetchone()
    if found is not None and not isinstance(found, kind):
        raise TypeError(f"the query returned {type(found).__name__}, not {kind.__name__}")
    return found


def scalar(
    connection: Connection[Any],
    kind: type[Value],
    query: Query,
    parameters: Params | None = None,
) -> Value:
    """The first column of the first row of a query that always returns a value."""
    found = maybe_scalar(connection, kind, query, parameters)
    if found is None:
        raise LookupError("the query returned no value")
    return found


def scalars(
    connection: Connection[Any],
    kind: type[Value],
    query: Query,
    parameters: Params | None = None,
) -> list[Value]:
    """The first column of all rows; TypeError if it contains null."""
    found = connection.cursor(row_factory=scalar_row).execute(query, parameters).fetchall()
    for value in found:
        if not isinstance(value, kind):
            raise TypeError(f"the query returned {type(value).__name__}, not {kind.__name__}")
    return found
