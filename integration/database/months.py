"""Creates months of the tables that are stored by month ahead of time (migration 0037)."""

import psycopg

from integration.database import rows


def create_months(connection: psycopg.Connection) -> list[str]:
    """Creates the missing months up to the third after this one, and earlier ones whose rows are in
    the default partition; returns their names. The connection must commit each statement on its
    own, so that the default partition is locked only while one month is created.

    Waits for no lock longer than half a second. Until a month is created, its rows are stored in
    the table's default partition.
    """
    created: list[str] = []
    while month := rows.maybe_scalar(connection, str, "select pipeline.create_month()"):
        created.append(month)
    return created
