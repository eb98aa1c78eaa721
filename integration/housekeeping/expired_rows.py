"""Deletes the rows whose time is over, by the list of rules."""

from collections.abc import Mapping
from datetime import datetime

import psycopg

from integration.housekeeping.rules import RULES


class RulesFailed(Exception):
    """Some rules failed; the message says which, and why. All others have been applied."""


def delete_expired_rows(
    connection: psycopg.Connection, *, now: datetime, quarantine_days: int
) -> Mapping[str, int]:
    """Table -> the number of rows that were deleted, or emptied. RulesFailed, after all others, if
    a rule fails.

    `connection` is an autocommit connection: each rule is one short statement, because a night's
    work is what expired in one day.
    """
    parameters = {"now": now, "quarantine_days": quarantine_days}
    deleted, failed = {}, []
    for rule in RULES:
        try:
            deleted[rule.table] = connection.execute(rule.statement, parameters).rowcount
        except psycopg.Error as error:
            failed.append(f"{rule.table}: {error.diag.message_primary or error}")
    if failed:
        raise RulesFailed("; ".join(failed))
    return deleted
