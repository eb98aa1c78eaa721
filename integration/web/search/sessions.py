"""Finds recent sessions by their topic, and the latest one with a meeting ID.

What the viewer may see of a session is what they see of it on the Missing page: each search selects
a few sessions first, and then reads their participants with the statement of that page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.directory.text_search import matches
from integration.web.missing.seen import SEEN, Visibility, limits

# A session is found by a part of its topic, for which no index helps. So the sessions of this time
# are read, from the index on organization and end or from those on a person. 31,000 of 125,000 in
# all take 0.1 s on a machine with more work than cores.
TOPIC_DAYS = 90
FEW = 50  # users, who were in a few thousand sessions of that time
NAMES_SHOWN = 3  # per session; a webinar has thousands
SAME_NUMBER = 20  # sessions with one meeting ID; a personal room has thousands


@dataclass(frozen=True)
class FoundSession:
    """`topic` is None if it is hidden from the viewer. `entry_started_at` is that of the viewer's
    own entry, if any; `colleague_ids` are some of the other users whose row the viewer may see,
    with `colleagues` their names, of `colleague_count`.
    """

    session_id: str
    topic: str | None
    zoom_meeting_id: str | None
    started_at: datetime
    ended_at: datetime
    entry_started_at: datetime | None
    colleagues: list[str]
    colleague_ids: list[str]
    colleague_count: int


_BY_TOPIC = SQL("""
    select session_id from timeline.sessions
    where organization_id = %(organization)s and ended_at >= %(since)s
        and topic is not null and {matches}
    order by ended_at desc, session_id
    limit %(limit)s
""").format(matches=matches(SQL("topic")))
# Whose rows are one's own or a report's: as on the Missing page. Of a paused person these columns
# are null, so that their own sessions are found on that page only. Each part has an index.
_EMAILS = SQL("""
    select lower(by_email.email collate "C") collate "default"  -- the index's
    from worksights.users as by_email
    where by_email.organization_id = %(organization)s and by_email.user_id = any(%(users)s)
""")
_BY_TOPIC_OF_FEW = SQL("""
    select session_id from timeline.sessions
    where organization_id = %(organization)s and ended_at >= %(since)s
        and session_id = any(array(
            select session_id from timeline.participants
            where organization_id = %(organization)s and left_at >= %(since)s
                and user_id = any(%(users)s)
            union
            select session_id from timeline.participants
            where organization_id = %(organization)s and left_at >= %(since)s
                and zoom_user_id = any(%(zoom_users)s)
            union
            select session_id from timeline.participants
            where organization_id = %(organization)s and left_at >= %(since)s
                and email = any(array({emails}))
        ))
        and topic is not null and {matches}
    order by ended_at desc, session_id
    limit %(limit)s
""").format(emails=_EMAILS, matches=matches(SQL("topic")))
# Many users were in many of the latest sessions, so few sessions are read until enough are found.
_BY_TOPIC_OF_MANY = SQL("""
    select sessions.session_id
    from timeline.sessions
    cross join lateral (
        select from timeline.participants
        where participants.organization_id = sessions.organization_id
            and participants.session_id = sessions.session_id
            and participants.left_at is not null
            and (
                participants.user_id = any(%(users)s)
                or participants.zoom_user_id = any(%(zoom_users)s)
                or participants.email in ({emails})
            )
        limit 1
    ) as theirs
    where sessions.organization_id = %(organization)s and sessions.ended_at >= %(since)s
        and sessions.topic is not null and {matches}
    order by sessions.ended_at desc, sessions.session_id
    limit %(limit)s
""").format(emails=_EMAILS, matches=matches(SQL("sessions.topic")))
_BY_NUMBER = """
    select session_id from timeline.sessions
    where organization_id = %(organization)s and zoom_meeting_id = %(number)s
    order by ended_at desc, session_id
    limit %(limit)s
"""
_VISIBLE = SQL("""
    with of_sessions as materialized (
        select
            judged.organization_id, judged.session_id, judged.user_id, seen.is_topic_hidden
        {seen}
            and judged.session_id = any(%(sessions)s)
            and (not %(by_topic)s or not seen.is_topic_hidden)
    ),
    found as (
        select
            of_sessions.organization_id, of_sessions.session_id, of_sessions.user_id,
            case when not of_sessions.is_topic_hidden then sessions.topic end as topic,
            sessions.zoom_meeting_id, sessions.started_at, sessions.ended_at
        from of_sessions
        inner join intermediate.int_sessions as sessions using (organization_id, session_id)
    ),
    colleagues as (
        select
            session_id, array_agg(full_name order by full_name, user_id) as names,
            array_agg(user_id order by full_name, user_id) as ids
        from (
            select distinct found.session_id, users.user_id, users.full_name
            from found
            inner join worksights.users
                on users.organization_id = found.organization_id
                and users.user_id = found.user_id
            where users.user_id <> %(user)s
        ) as theirs
        group by session_id
    )
    select
        found.session_id, max(found.topic) as topic,
        max(found.zoom_meeting_id) as zoom_meeting_id,
        max(found.started_at) as started_at, max(found.ended_at) as ended_at,
        max(activities.started_at) as entry_started_at,
        coalesce(max(colleagues.names[:%(names)s]), '{{}}') as colleagues,
        coalesce(max(colleagues.ids[:%(names)s]), '{{}}') as colleague_ids,
        coalesce(max(cardinality(colleagues.ids)), 0) as colleague_count
    from found
    left join colleagues using (session_id)
    left join timeline.activities
        on activities.organization_id = found.organization_id
        and activities.session_id = found.session_id
        and activities.user_id = %(user)s
    group by found.session_id
    order by max(found.ended_at) desc, found.session_id
""").format(seen=SEEN)


def find_sessions_by_topic(
    connection: psycopg.Connection,
    sight: Visibility,
    patterns: Sequence[str],
    *,
    now: datetime,
    limit: int,
) -> list[FoundSession]:
    """The sessions of the last TOPIC_DAYS whose topic matches and may be read, the latest first."""
    users = [sight.viewer.user_id]
    if sight.sees_topics_of_reports:
        users += sorted(sight.reports)
    statement = _BY_TOPIC_OF_FEW if len(users) <= FEW else _BY_TOPIC_OF_MANY
    found = rows.scalars(
        connection,
        str,
        _BY_TOPIC if sight.sees_every_topic else statement,
        {
            "organization": sight.viewer.organization_id,
            "users": users,
            "zoom_users": sight.viewer.zoom_user_ids,
            "patterns": patterns,
            "since": now - timedelta(days=TOPIC_DAYS),
            "limit": limit,
        },
    )
    return _visible(connection, sight, found, by_topic=True)


def latest_with_number(
    connection: psycopg.Connection, sight: Visibility, number: str
) -> FoundSession | None:
    """The latest session with this meeting ID in which the viewer may see somebody."""
    found = rows.scalars(
        connection,
        str,
        _BY_NUMBER,
        {"organization": sight.viewer.organization_id, "number": number, "limit": SAME_NUMBER},
    )
    return next(iter(_visible(connection, sight, found, by_topic=False)), None)


def _visible(
    connection: psycopg.Connection, sight: Visibility, session_ids: list[str], *, by_topic: bool
) -> list[FoundSession]:
    if not session_ids:
        return []
    return rows.every(
        connection,
        FoundSession,
        _VISIBLE,
        {**limits(sight), "sessions": session_ids, "by_topic": by_topic, "names": NAMES_SHOWN},
    )
