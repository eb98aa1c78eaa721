"""The demo's queries on the marts."""

from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from integration.database import rows


@dataclass(frozen=True)
class Entry:
    """Times are in `time_zone`, the person's own."""

    full_name: str
    time_zone: str
    title: str
    started_at: datetime
    ended_at: datetime
    duration_seconds: int


def entries_of_day(
    connection: psycopg.Connection, *, organization_id: str, day: date
) -> list[Entry]:
    """The entries of an organization that started on that day of the person, by start."""
    return rows.every(
        connection,
        Entry,
        """
        select
            users.full_name, users.time_zone, activities.title,
            activities.started_at at time zone users.time_zone as started_at,
            activities.ended_at at time zone users.time_zone as ended_at,
            activities.duration_seconds
        from timeline.activities
        inner join worksights.users using (organization_id, user_id)
        where activities.organization_id = %(organization)s
            and (activities.started_at at time zone users.time_zone)::date = %(day)s
        order by activities.started_at, users.full_name
        """,
        {"organization": organization_id, "day": day},
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
