"""The demo's queries on the marts, and its change to the connection's start."""

from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from integration.database import rows


@dataclass(frozen=True)
class Entry:
    full_name: str
    title: str
    started_at: datetime
    ended_at: datetime
    duration_seconds: int


def entries_of_day(
    connection: psycopg.Connection, *, organization_id: str, day: date
) -> list[Entry]:
    """The timeline entries of an organization that started on that day (UTC), by start."""
    return rows.every(
        connection,
        Entry,
        """
        select
            users.full_name, activities.title, activities.started_at, activities.ended_at,
            activities.duration_seconds
        from timeline.activities
        inner join worksights.users using (organization_id, user_id)
        where activities.organization_id = %(organization)s
            and activities.started_at >= %(day)s
                and activities.started_at < %(day)s + interval '1 day'
        order by activities.started_at, users.full_name
        """,
        {"organization": organization_id, "day": datetime(day.year, day.month, day.day)},  # noqa: DTZ001  (the session's zone is UTC)
    )


def outcomes(connection: psycopg.Connection, *, organization_id: str) -> list[tuple[str, int]]:
    """(outcome, number of participants), the most frequent first."""
    return connection.execute(
        """
        select outcome, count(*) from operations.outcomes
        where organization_id = %s
        group by outcome
        order by count(*) desc, outcome
        """,
        [organization_id],
    ).fetchall()


def has_other_organizations(connection: psycopg.Connection, organization_id: str) -> bool:
    """Whether any organization other than this one exists."""
    return rows.scalar(
        connection,
        bool,
        "select exists (select from worksights.organizations where organization_id <> %s)",
        [organization_id],
    )


def backdate_connection(
    connection: psycopg.Connection, *, zoom_account_id: str, connected_at: datetime
) -> None:
    """Moves the start of an account's connection to an earlier time."""
    connection.execute(
        """
        update integration.connections set connected_at = least(connected_at, %s)
        where zoom_account_id = %s and disconnected_at is null
        """,
        [connected_at, zoom_account_id],
    )
