"""Who was in which session, and why there is or is not an entry, for one who may see only so much.

What the viewer may not see is not read: other people's rows for most, other people's topics for
some. A topic that is hidden cannot be searched for either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.explain.appearances import Appearance, ExplainedUser
from integration.identity.cleaning import cleaned_email


@dataclass(frozen=True)
class Sight:
    """Whose eyes: without `sees_everybody` only rows of `person` are seen, without
    `sees_every_topic` only the topics of theirs.
    """

    person: ExplainedUser
    sees_everybody: bool
    sees_every_topic: bool


@dataclass(frozen=True)
class Wanted:
    """`person`, `topic` and `outcome` may be empty; `name` is a meeting number, a uuid, a call id
    or a session_id. Without person, topic and name, guests from outside are left out. `outcome` is
    one of them, or `missing` for all but `activity`.
    """

    begin: datetime
    end: datetime
    person: str = ""
    topic: str = ""
    name: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Shown(Appearance):
    """An appearance with what a list needs; `full_name` is the mapped WorkSights user's."""

    session_type: str = ""
    zoom_meeting_id: str | None = None
    full_name: str | None = None
    is_theirs: bool = False
    is_topic_hidden: bool = False


# Sessions come from the index on organization, account and end, the latest first, so that a page is
# full after some of them; the rest comes by their keys.
_SEEN = SQL("""
    select
        participants.organization_id, sessions.session_id, sessions.feature,
        sessions.session_type, sessions.zoom_meeting_id,
        case when not seen.is_topic_hidden then sessions.topic end as topic,
        sessions.started_at as session_started_at, sessions.ended_at as session_ended_at,
        participants.participant_id, participants.display_name, participants.email,
        participants.zoom_user_id, outcomes.user_id, outcomes.outcome, outcomes.detail,
        seen.is_theirs, seen.is_topic_hidden
    from (
        select * from intermediate.int_sessions
        where int_sessions.organization_id = %(organization)s
            and int_sessions.zoom_account_id = any(
                select zoom_account_id from integration.connections
                where organization_id = %(organization)s
            )
        order by ended_at desc, session_id
    ) as sessions
    inner join intermediate.int_participants as participants using (organization_id, session_id)
    inner join operations.outcomes using (organization_id, session_id, participant_id)
    cross join lateral (
        select
            whose.is_theirs,
            not (whose.is_theirs or %(every_topic)s) as is_topic_hidden
        from (
            select coalesce(
                outcomes.user_id = %(user)s or participants.zoom_user_id = any(%(zoom_users)s)
                    or participants.email = %(email)s,
                false
            ) as is_theirs
        ) as whose
    ) as seen
    where (seen.is_theirs or %(everybody)s)
""")
_SHOWN = SQL("""
    select
        page.session_id, page.feature, page.session_type, page.zoom_meeting_id, page.topic,
        page.session_started_at, page.session_ended_at, page.participant_id, page.display_name,
        page.email, page.zoom_user_id, page.user_id, mappings.mapped_by, users.full_name,
        presence.duration_seconds, page.outcome, page.detail,
        case when not page.is_topic_hidden then activities.title end as entry_title,
        activities.started_at as entry_started_at, activities.ended_at as entry_ended_at,
        page.is_theirs and coalesce(page.user_id <> %(user)s, false) as is_anothers,
        page.is_theirs, page.is_topic_hidden
    from page
    inner join intermediate.int_presence as presence
        using (organization_id, session_id, participant_id)
    inner join intermediate.int_mappings as mappings
        using (organization_id, session_id, participant_id)
    left join worksights.users
        on users.organization_id = page.organization_id and users.user_id = page.user_id
    left join timeline.activities
        on activities.organization_id = page.organization_id
        and activities.session_id = page.session_id
        and activities.user_id = page.user_id
        and page.outcome = 'activity'
""")
_MISSING = SQL("""
    with page as materialized (
        {seen}
            and sessions.ended_at >= %(begin)s and sessions.ended_at < %(end)s
            and (%(name)s = '' or %(name)s in
                (sessions.session_id, sessions.zoom_uuid, sessions.zoom_meeting_id))
            and (%(topic)s = '' or (
                not seen.is_topic_hidden
                and strpos(lower(sessions.topic), lower(%(topic)s)) > 0
            ))
            and (
                %(person)s = ''
                or strpos(
                    lower(concat_ws(' ', participants.display_name, participants.email)),
                    lower(%(person)s)
                ) > 0
                or outcomes.user_id in (
                    select user_id from worksights.users
                    where users.organization_id = %(organization)s
                        and strpos(lower(full_name || ' ' || email), lower(%(person)s)) > 0
                )
            )
            and (%(outcome)s in ('', outcomes.outcome)
                or (%(outcome)s = 'missing' and outcomes.outcome <> 'activity'))
            and (
                seen.is_theirs or %(person)s <> '' or %(topic)s <> '' or %(name)s <> ''
                or outcomes.user_id is not null or participants.zoom_user_id is not null
                or exists (
                    select from worksights.users as by_email
                    where by_email.organization_id = participants.organization_id
                        and lower(by_email.email collate "C") = participants.email
                )
            )
        order by sessions.ended_at desc, sessions.session_id, participants.participant_id
        limit %(limit)s offset %(offset)s
    )
    {shown}
    order by page.session_ended_at desc, page.session_id, page.participant_id
""").format(seen=_SEEN, shown=_SHOWN)
_ONE = SQL("""
    with page as materialized (
        {seen}
            and participants.session_id = %(session_id)s
            and participants.participant_id = %(participant_id)s
    )
    {shown}
""").format(seen=_SEEN, shown=_SHOWN)


def missing(
    connection: psycopg.Connection, sight: Sight, wanted: Wanted, *, limit: int, offset: int = 0
) -> list[Shown]:
    """The participants wanted, the session that ended last first. What else is shown of them is
    read for those on the page only.
    """
    return rows.every(
        connection,
        Shown,
        _MISSING,
        {**_seen_by(sight), **vars(wanted), "limit": limit, "offset": offset},
    )


def shown_one(
    connection: psycopg.Connection, sight: Sight, *, session_id: str, participant_id: str
) -> Shown | None:
    """None for what is not there, or not to be seen by this viewer."""
    return rows.maybe_one(
        connection,
        Shown,
        _ONE,
        {**_seen_by(sight), "session_id": session_id, "participant_id": participant_id},
    )


def _seen_by(sight: Sight) -> dict[str, str | bool | Sequence[str] | None]:
    return {
        "organization": sight.person.organization_id,
        "user": sight.person.user_id,
        "email": cleaned_email(sight.person.email),
        "zoom_users": sight.person.zoom_user_ids,
        "everybody": sight.sees_everybody,
        "every_topic": sight.sees_every_topic,
    }
