"""Reads what could not be derived, for `status` and the page: sessions, and tables or steps that
fail for a whole organization. Their previous rows stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.pipeline.marts import relations_exist


@dataclass(frozen=True)
class Failures:
    """The failures of one organization. `sessions` could not be derived in some table; `models` are
    tables or steps that failed, but not for a particular session.
    """

    organization_id: str
    sessions: int
    sessions_since: datetime | None
    models: list[str]
    models_since: datetime | None


@dataclass(frozen=True)
class FailedSession:
    """`feature`, `topic` and `ended_at` are from the last good result, or None if there is none.
    The topic is also None if the viewer may not see it.
    """

    organization_id: str
    session_id: str
    models: list[str]
    errors: list[str]
    failed_at: datetime
    feature: str | None
    topic: str | None
    ended_at: datetime | None


def count_failures(connection: psycopg.Connection) -> int:
    """The number of sessions, people, relationships and steps that failed in their last attempt."""
    return rows.scalar(connection, int, "select count(*) from pipeline.failures")


def failures_by_organization(
    connection: psycopg.Connection, *, organization_id: str | None = None
) -> list[Failures]:
    """The failures of one organization, or of all that have any."""
    asked = {"organization": organization_id}
    if not _has_failures(connection, asked):
        return []
    return rows.every(
        connection,
        Failures,
        SQL("""
        with failed_sessions as (
            {failed_sessions}
        ),
        failed_models as (
            select failures.organization_id, failures.model, failures.failed_at
            from pipeline.failures
            where not failures.scope ? 'session_id'
                and (%(organization)s::text is null or organization_id = %(organization)s)
                and not exists (
                    -- A person's or company's failure is listed with the sessions they were met in.
                    select from failed_sessions
                    where failed_sessions.organization_id = failures.organization_id
                        and failed_sessions.model = failures.model
                )
        ),
        failed as (
            select organization_id, session_id, null as model, failed_at from failed_sessions
            union all
            select organization_id, null, model, failed_at from failed_models
        )
        select
            organization_id,
            count(distinct session_id) as sessions,
            min(failed_at) filter (where session_id is not null) as sessions_since,
            coalesce(
                array_agg(distinct model order by model) filter (where model is not null), '{{}}'
            ) as models,
            min(failed_at) filter (where model is not null) as models_since
        from failed
        group by organization_id
        order by organization_id
        """).format(failed_sessions=_failed_sessions(connection)),
        asked,
    )


def list_failed_sessions(
    connection: psycopg.Connection,
    *,
    limit: int,
    organization_id: str | None = None,
    with_topics: bool = False,
) -> list[FailedSession]:
    """The failed sessions of one organization, or of all; the latest failures first."""
    asked = {"organization": organization_id, "topics": with_topics, "limit": limit}
    if not _has_failures(connection, asked):
        return []
    derived = (
        _DERIVED if relations_exist(connection, ["intermediate.int_sessions"]) else _NOTHING_DERIVED
    )
    return rows.every(
        connection,
        FailedSession,
        SQL("""
        with failed_sessions as (
            {failed_sessions}
        ),
        failed as (
            select
                organization_id, session_id, min(failed_at) as failed_at,
                array_agg(distinct model order by model) as models,
                array_agg(distinct error order by error) as errors
            from failed_sessions
            group by organization_id, session_id
            order by failed_at desc, organization_id, session_id
            limit %(limit)s
        )
        select
            failed.organization_id, failed.session_id, failed.models, failed.errors,
            failed.failed_at, sessions.feature,
            case when %(topics)s then sessions.topic end as topic,
            sessions.ended_at
        from failed
        left join ({sessions}) as sessions using (organization_id, session_id)
        order by failed.failed_at desc, failed.organization_id, failed.session_id
        """).format(failed_sessions=_failed_sessions(connection), sessions=derived),
        asked,
    )


def failed_since(
    connection: psycopg.Connection, session_ids: Sequence[str], *, organization_id: str
) -> dict[str, datetime]:
    """session_id -> time of the first failure, for those of the sessions that fail."""
    asked = {"organization": organization_id, "sessions": list(session_ids)}
    if not session_ids or not _has_failures(connection, asked):
        return {}
    found = connection.execute(
        SQL("""
        with failed_sessions as (
            {failed_sessions}
        )
        select session_id, min(failed_at) from failed_sessions
        where session_id = any(%(sessions)s)
        group by session_id
        """).format(failed_sessions=_failed_sessions(connection)),
        asked,
    ).fetchall()
    return dict(found)


def _has_failures(connection: psycopg.Connection, asked: dict[str, Any]) -> bool:
    """Whether there are failures. Usually there are none, and the view, which joins large tables,
    need not be read.
    """
    return rows.scalar(
        connection,
        bool,
        """
        select exists (
            select from pipeline.failures
            where %(organization)s::text is null or organization_id = %(organization)s
        )
        """,
        asked,
    )


def _failed_sessions(connection: psycopg.Connection) -> SQL:
    """A query for one row per session and model, of one organization or of all. dbt creates the
    view, so it may be missing before the first batch, also after an update.
    """
    return _OF_VIEW if relations_exist(connection, ["operations.failed_sessions"]) else _OF_TABLE


_OF_VIEW = SQL("""
    select organization_id, session_id, model, error, failed_at
    from operations.failed_sessions
    where session_id is not null
        and (%(organization)s::text is null or organization_id = %(organization)s)
""")
_OF_TABLE = SQL("""
    select organization_id, scope ->> 'session_id' as session_id, model, error, failed_at
    from pipeline.failures
    where scope ? 'session_id'
        and (%(organization)s::text is null or organization_id = %(organization)s)
""")
_DERIVED = SQL("""
    select organization_id, session_id, feature, topic, ended_at from intermediate.int_sessions
""")
_NOTHING_DERIVED = SQL("""
    select
        null::text as organization_id, null::text as session_id, null::text as feature,
        null::text as topic, null::timestamptz as ended_at
    where false
""")
