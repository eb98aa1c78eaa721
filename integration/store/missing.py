"""Who was in which session, and why there is or is not an entry, for one who may see only so much.

What the viewer may not see is not read: other people's rows for most, other people's topics for
some. A topic that is hidden cannot be searched for either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from integration.store.explain import Appearance, Person


@dataclass(frozen=True)
class Sight:
    """Whose eyes: without `sees_everybody` only rows of `person` are seen, without
    `sees_every_topic` only the topics of theirs.
    """

    person: Person
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


def missing(
    connection: psycopg.Connection, sight: Sight, wanted: Wanted, *, limit: int, offset: int = 0
) -> list[Shown]:
    """The participants wanted, the session that ended last first."""
    cursor = connection.cursor(row_factory=class_row(Shown))
    return cursor.execute(
        _SELECT.format(
            sessions="""
                sessions.ended_at >= %(begin)s and sessions.ended_at < %(end)s
                and (%(name)s = '' or %(name)s in
                    (sessions.session_id, sessions.zoom_uuid, sessions.zoom_meeting_id))
            """,
            participants="""
                (%(topic)s = '' or (
                    not seen.is_topic_hidden and strpos(lower(sessions.topic), lower(%(topic)s)) > 0
                ))
                and (%(person)s = '' or strpos(
                    lower(concat_ws(
                        ' ', participants.display_name, participants.email, users.full_name,
                        users.email
                    )),
                    lower(%(person)s)
                ) > 0)
                and (%(outcome)s in ('', outcomes.outcome)
                    or (%(outcome)s = 'missing' and outcomes.outcome <> 'activity'))
                and (
                    seen.is_theirs or %(person)s <> '' or %(topic)s <> '' or %(name)s <> ''
                    or mappings.user_id is not null or participants.zoom_user_id is not null
                    or exists (
                        select from worksights.users as by_email
                        where by_email.organization_id = participants.organization_id
                            and lower(by_email.email) = participants.email
                    )
                )
            """,
        ),
        {**_seen_by(sight), **vars(wanted), "limit": limit, "offset": offset},
    ).fetchall()


def shown_one(
    connection: psycopg.Connection, sight: Sight, *, session_id: str, participant_id: str
) -> Shown | None:
    """None for what is not there, or not to be seen by this viewer."""
    cursor = connection.cursor(row_factory=class_row(Shown))
    return cursor.execute(
        _SELECT.format(
            sessions="sessions.session_id = %(session_id)s",
            participants="participants.participant_id = %(participant_id)s",
        ),
        {
            **_seen_by(sight),
            "session_id": session_id,
            "participant_id": participant_id,
            "limit": 1,
            "offset": 0,
        },
    ).fetchone()


def _seen_by(sight: Sight) -> dict[str, str | bool | Sequence[str]]:
    return {
        "organization": sight.person.organization_id,
        "user": sight.person.user_id,
        "email": sight.person.email,
        "zoom_users": sight.person.zoom_user_ids,
        "everybody": sight.sees_everybody,
        "every_topic": sight.sees_every_topic,
    }


# Sessions come from the index on organization, account and end. `offset 0` makes the rest a look at
# each of them in turn, the last first: a page stops at the session that fills it.
_SELECT = """
    select
        sessions.session_id, sessions.feature, sessions.session_type, sessions.zoom_meeting_id,
        case when not found.is_topic_hidden then sessions.topic end as topic,
        sessions.started_at as session_started_at, sessions.ended_at as session_ended_at,
        found.*
    from (
        select * from intermediate.int_sessions as sessions
        where sessions.organization_id = %(organization)s
            and sessions.zoom_account_id = any(
                array(
                    select zoom_account_id from integration.connections
                    where organization_id = %(organization)s
                )
            )
            and {sessions}
        order by sessions.ended_at desc, sessions.session_id
    ) as sessions
    cross join lateral (
        select
            participants.participant_id, participants.display_name, participants.email,
            participants.zoom_user_id, mappings.user_id, mappings.mapped_by, users.full_name,
            presence.duration_seconds, outcomes.outcome, outcomes.detail,
            case when not seen.is_topic_hidden then activities.title end as entry_title,
            activities.started_at as entry_started_at, activities.ended_at as entry_ended_at,
            seen.is_theirs and coalesce(mappings.user_id <> %(user)s, false) as is_anothers,
            seen.is_theirs, seen.is_topic_hidden
        from intermediate.int_participants as participants
        inner join intermediate.int_presence as presence
            using (organization_id, session_id, participant_id)
        inner join intermediate.int_mappings as mappings
            using (organization_id, session_id, participant_id)
        inner join operations.outcomes using (organization_id, session_id, participant_id)
        cross join lateral (
            select
                whose.is_theirs,
                not (whose.is_theirs or %(every_topic)s) as is_topic_hidden
            from (
                select coalesce(
                    mappings.user_id = %(user)s or participants.zoom_user_id = any(%(zoom_users)s)
                        or participants.email = lower(btrim(%(email)s)),
                    false
                ) as is_theirs
            ) as whose
        ) as seen
        left join worksights.users
            on users.organization_id = mappings.organization_id and users.user_id = mappings.user_id
        left join timeline.activities
            on activities.organization_id = participants.organization_id
            and activities.session_id = participants.session_id
            and activities.user_id = mappings.user_id
            and outcomes.outcome = 'activity'
        where participants.organization_id = sessions.organization_id
            and participants.session_id = sessions.session_id
            and (seen.is_theirs or %(everybody)s)
            and {participants}
        offset 0
    ) as found
    order by sessions.ended_at desc, sessions.session_id, found.participant_id
    limit %(limit)s offset %(offset)s
"""
