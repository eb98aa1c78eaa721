"""Counts what a change to the privacy settings removes or hides, before it is saved."""

from datetime import datetime
from typing import LiteralString

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.pipeline.marts import marts_exist

COUNTED = 100_000  # more are not counted, because that would take longer than a page may

# The sentences for one and for several.
_COUNTS: dict[tuple[str, str], tuple[LiteralString, str, str]] = {
    ("topics", "none"): (
        "select from intermediate.int_sessions "
        "where organization_id = %(organization)s and topic is not null",
        "{n} session loses its topic.",
        "{n} sessions lose their topics.",
    ),
    **{
        ("phone_numbers", value): (
            "select from intermediate.int_call_sessions where organization_id = %(organization)s",
            "{n} past call is changed.",
            "{n} past calls are changed.",
        )
        for value in ("masked", "none")
    },
    ("processing", "held"): (
        "select from integration.connections "
        "where organization_id = %(organization)s and disconnected_at is null",
        "{n} connected Zoom account is affected.",
        "{n} connected Zoom accounts are affected.",
    ),
    ("view", "grouped"): (
        "select from worksights.users where organization_id = %(organization)s "
        "and (deactivated_at is null or deactivated_at > now())",
        "The data of {n} active user is hidden from others.",
        "The data of {n} active users is hidden from others.",
    ),
}
_OLDER_SESSIONS: LiteralString = """
    select from intermediate.int_sessions
    where organization_id = %(organization)s and ended_at < %(before)s
"""


def effect_of(
    connection: psycopg.Connection, name: str, value: str, *, organization_id: str
) -> str | None:
    """What a value does to the existing data, in words; None if it changes nothing."""
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
        "{n} session is deleted.",
        "{n} sessions are deleted.",
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
    number = f"{found:,}" if found <= COUNTED else f"more than {COUNTED:,}"
    sentence = (one if found == 1 else several).format(n=number)
    return sentence[0].upper() + sentence[1:]
