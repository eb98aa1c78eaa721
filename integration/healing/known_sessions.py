"""The sessions that Zoom has named, in zoom_raw.known_sessions: those of its lists, and those that
webhooks reported. What each still lacks is compared one session after the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import psycopg

from integration.database import rows
from integration.healing.days import Task, save_position
from integration.zoom.sources import FEATURES_OF


@dataclass(frozen=True)
class KnownSession:
    session_id: str
    feature: str
    zoom_uuid: str
    started_at: datetime | None
    ended_at: datetime

    @property
    def kind(self) -> str:
        return self.feature.removesuffix("s")


def add_known(
    connection: psycopg.Connection,
    task: Task,
    sessions: Iterable[KnownSession],
    *,
    read_at: datetime | None = None,
) -> None:
    """Adds sessions of one of Zoom's lists. One with another end than before is compared again."""
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into zoom_raw.known_sessions as known (
                organization_id, zoom_account_id, session_id, feature, zoom_uuid, started_at,
                ended_at, read_at
            )
            values (%s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (organization_id, session_id) do update set
                started_at = excluded.started_at,
                ended_at = excluded.ended_at,
                read_at = case
                    when known.ended_at = excluded.ended_at
                        then coalesce(excluded.read_at, known.read_at)
                    else excluded.read_at
                end
            """,
            [
                (
                    task.organization_id,
                    task.zoom_account_id,
                    one.session_id,
                    one.feature,
                    one.zoom_uuid,
                    one.started_at,
                    one.ended_at,
                    read_at,
                )
                for one in sessions
            ],
        )


def add_reported(connection: psycopg.Connection, task: Task) -> None:
    """Adds the day's meetings and webinars of which there are events: Zoom's lists leave out those
    with one participant. One without an end counts on the day of its last event. An event's id
    starts with its own time, so its index finds them. A session that could not be compared when it
    had no end is compared again.
    """
    connection.execute(
        """
        insert into zoom_raw.known_sessions as known
            (organization_id, zoom_account_id, session_id, feature, zoom_uuid, ended_at)
        select
            %(organization)s, %(account)s, session_id, feature, zoom_uuid,
            coalesce(ended_at, last_event_at)
        from (
            select
                session_id,
                split_part(min(event), '.', 1) || 's' as feature,
                min(fields ->> 'zoom_uuid') as zoom_uuid,
                max(occurred_at) filter (where event like '%%.ended') as ended_at,
                max(occurred_at) as last_event_at
            from zoom_raw.events
            where organization_id = %(organization)s and zoom_account_id = %(account)s
                and (event like 'meeting.%%' or event like 'webinar.%%')
                and session_id in (
                    select session_id from zoom_raw.events
                    where organization_id = %(organization)s
                        and zoom_account_id = %(account)s
                        and event_id >= %(first_id)s and event_id < %(last_id)s
                )
            group by session_id
        ) as reported
        where (coalesce(ended_at, last_event_at) at time zone 'UTC')::date = %(day)s
        on conflict (organization_id, session_id) do update set
            ended_at = excluded.ended_at, error = null, read_at = null
        where known.error is not null and known.ended_at <> excluded.ended_at
        """,
        {
            "organization": task.organization_id,
            "account": task.zoom_account_id,
            "day": task.day,
            "first_id": _id_at(task.day),
            "last_id": _id_at(task.day + timedelta(days=1)),
        },
    )


def sessions_to_compare(
    connection: psycopg.Connection,
    task: Task,
    *,
    features: Sequence[str],
    after: str,
    limit: int,
) -> list[KnownSession]:
    """The day's sessions of these features that were not compared completely, in the order of their
    ids, which follow `after`.
    """
    return rows.every(
        connection,
        KnownSession,
        """
        select session_id, feature, zoom_uuid, started_at, ended_at
        from zoom_raw.known_sessions
        where organization_id = %(organization)s and zoom_account_id = %(account)s
            and ended_at >= %(day)s::date::timestamp at time zone 'UTC'
            and ended_at < (%(day)s::date + 1)::timestamp at time zone 'UTC'
            and feature = any(%(features)s) and read_at is null and session_id > %(after)s
        order by session_id
        limit %(limit)s
        """,
        {
            "organization": task.organization_id,
            "account": task.zoom_account_id,
            "day": task.day,
            "features": features,
            "after": after,
            "limit": limit,
        },
    )


def compare_again(connection: psycopg.Connection, task: Task) -> None:
    """Forgets what was compared of the task, so that all of it is listed and compared again."""
    save_position(connection, task, "")
    connection.execute(
        """
        update zoom_raw.known_sessions set read_at = null
        where organization_id = %(organization)s and zoom_account_id = %(account)s
            and ended_at >= %(day)s::date::timestamp at time zone 'UTC'
            and ended_at < (%(day)s::date + 1)::timestamp at time zone 'UTC'
            and feature = any(%(features)s)
        """,
        {
            "organization": task.organization_id,
            "account": task.zoom_account_id,
            "day": task.day,
            "features": list(FEATURES_OF[task.source]),
        },
    )


def give_up(
    connection: psycopg.Connection,
    task: Task,
    sessions: Iterable[KnownSession],
    *,
    feature: str,
    read_at: datetime,
) -> None:
    """For sessions of a feature that Zoom refuses alone: asking again would not help."""
    connection.execute(
        "update zoom_raw.known_sessions set read_at = %s "
        "where organization_id = %s and session_id = any(%s)",
        [
            read_at,
            task.organization_id,
            [one.session_id for one in sessions if one.feature == feature],
        ],
    )


def drop_known(connection: psycopg.Connection, task: Task, session_ids: Sequence[str]) -> None:
    """For sessions that are not counted, because the account was not connected, or held."""
    connection.execute(
        "delete from zoom_raw.known_sessions where organization_id = %s and session_id = any(%s)",
        [task.organization_id, session_ids],
    )


def record_compared(
    connection: psycopg.Connection,
    task: Task,
    session: KnownSession,
    *,
    gaps: int,
    error: str | None,
    read_at: datetime | None,
) -> None:
    connection.execute(
        """
        update zoom_raw.known_sessions
        set started_at = %s, ended_at = %s, gaps = gaps + %s, error = %s, read_at = %s
        where organization_id = %s and session_id = %s
        """,
        [
            session.started_at,
            session.ended_at,
            gaps,
            error,
            read_at,
            task.organization_id,
            session.session_id,
        ],
    )


def record_error(
    connection: psycopg.Connection, task: Task, session: KnownSession, error: str
) -> None:
    """Why it has to be compared again."""
    connection.execute(
        "update zoom_raw.known_sessions set error = %s "
        "where organization_id = %s and session_id = %s",
        [error, task.organization_id, session.session_id],
    )


def add_gaps(connection: psycopg.Connection, task: Task, gaps: Sequence[tuple[str, int]]) -> None:
    """Adds to the numbers of gaps of sessions, (session_id, number)."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "update zoom_raw.known_sessions set gaps = gaps + %s "
            "where organization_id = %s and session_id = %s",
            [(number, task.organization_id, session_id) for session_id, number in gaps],
        )


def _id_at(day: date) -> str:
    return f"{day:%Y%m%dT%H%M%S}"
