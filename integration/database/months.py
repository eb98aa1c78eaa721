"""Creates the months ahead of the tables that are stored by month (migration 0037)."""

import psycopg

from integration.database import rows


def create_months(connection: psycopg.Connection) -> list[str]:
    """Creates the months from this one to the third after it that are missing; returns their names.
    The connection commits each statement on its own, so that each month is locked only while it is
    created.

    Waits for no lock longer than half a second. Until a month is created, its rows are stored in
    the table's default partition.
    """
    created: list[str] = []
    while month := rows.maybe_scalar(connection, str, "select pipeline.create_month()"):
        created.append(month)
    return created
