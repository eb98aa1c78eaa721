"""Deletes the rows whose time is over, by the list of rules."""

from collections.abc import Mapping
from datetime import datetime

import psycopg

from integration.housekeeping.rules import RULES


def delete_expired_rows(
    connection: psycopg.Connection, *, now: datetime, quarantine_days: int
) -> Mapping[str, int]:
    """Table -> the number of rows that were deleted, or emptied. Each rule is one short statement:
    a night's work is what expired in one day.
    """
    parameters = {"now": now, "quarantine_days": quarantine_days}
    return {rule.table: connection.execute(rule.statement, parameters).rowcount for rule in RULES}
