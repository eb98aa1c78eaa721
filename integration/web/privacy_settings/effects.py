"""Counts what a change of the privacy settings removes or closes, before it is saved."""

from datetime import datetime
from typing import LiteralString

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.pipeline.marts import marts_exist

COUNTED = 100_000  # more are not counted, because that would take longer than a page may

_COUNTS: dict[tuple[str, str], tuple[LiteralString, str, str]] = {
    ("topics", "none"): (
        "select from intermediate.int_sessions "
        "where organization_id = %(organization)s and topic is not null",
        "session loses its topic",
        "sessions lose their topics",
    ),
    **{
        ("phone_numbers", value): (
            "select from intermediate.int_call_sessions where organization_id = %(organization)s",
            "past call is changed",
            "past calls are changed",
        )
        for value in ("masked", "none")
    },
    ("processing", "held"): (
        "select from integration.connections "
        "where organization_id = %(organization)s and disconnected_at is null",
        "connected Zoom account is affected",
        "connected Zoom accounts are affected",
    ),
    ("view", "grouped"): (
        "select from worksights.users where organization_id = %(organization)s "
        "and (deactivated_at is null or deactivated_at > now())",
        "active user's data is closed to others",
        "active users' data is closed to others",
    ),
}
_OLDER_SESSIONS: LiteralString = """
    select from intermediate.int_sessions
    where organization_id = %(organization)s and ended_at < %(before)s
"""


def effect_of(
    connection: psycopg.Connection, name: str, value: str, *, organization_id: str
) -> str | None:
    """What a value does to what is there, in words; None if it changes nothing of it."""
    if (name, value) not in _COUNTS or not marts_exist(connection):
        return None
    statement, one, several = _COUNTS[name, value]
    return _in_words(connection, statement, one, several, organization=organization_id)


def effect_of_retention(
    connection: psycopg.Connection, before: datetime | None, *, organization_id: str
) -> str | None:
    """The same for the deletion of sessions that ended before this time."""
    if before is None or not marts_exist(connection):
        return None
    return _in_words(
        connection,
        _OLDER_SESSIONS,
        "session is deleted",
        "sessions are deleted",
        organization=organization_id,
        before=before,
    )


def _in_words(
    connection: psycopg.Connection,
    statement: LiteralString,
    one: str,
    several: str,
    *,
    organization: str,
    before: datetime | None = None,
) -> str:
    found = rows.scalar(
        connection,
        int,
        SQL("select count(*) from ({} limit %(limit)s) as found").format(SQL(statement)),
        {"organization": organization, "before": before, "limit": COUNTED + 1},
    )
    if found > COUNTED:
        return f"More than {COUNTED:,} {several}."
    return f"{found:,} {one if found == 1 else several}."
