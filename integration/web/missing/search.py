"""Reads participants with their outcomes, limited to what the viewer may see (seen.py)."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.explain.appearances import Appearance
from integration.web.missing.cause import CAUSE
from integration.web.missing.seen import SEEN, Visibility, limits


@dataclass(frozen=True)
class SearchCriteria:
    """`name` is a meeting ID, uuid, call id or session_id. Of rows only, `cause` is a cause, or
    `missing` for all except `activity`; `of` is the id of a WorkSights user or Zoom user, or the
    address, that they are about. Empty criteria match everything, but without person, topic and
    name, external guests are not listed.
    """

    start: datetime
    end: datetime
    person: str = ""
    topic: str = ""
    name: str = ""
    cause: str = ""
    feature: str = ""
    of: str = ""


@dataclass(frozen=True)
class SessionRow(Appearance):
    """A row of the page. `cause` is that of the outcome (cause.py); `full_name` is the mapped
    WorkSights user's; `is_own` means that the participant is the viewer, `person_id` that of an
    external person. Of a hidden guest, name, email, Zoom user and person are None.
    """

    session_type: str = ""
    zoom_meeting_id: str | None = None
    full_name: str | None = None
    is_own: bool = False
    is_topic_hidden: bool = False
    is_guest_hidden: bool = False
    person_id: str | None = None
    cause: str = ""


# The outcomes that match the criteria, among those of SEEN.
MATCHING = SQL("""
        and judged.ended_at >= %(start)s and judged.ended_at < %(end)s
        and (%(name)s = '' or judged.session_id in (
            select session_id from intermediate.int_sessions
            where organization_id = %(organization)s
                and %(name)s in (session_id, zoom_uuid, zoom_meeting_id)
        ))
        and (%(topic)s = '' or not seen.is_topic_hidden and judged.session_id in (
            select session_id from intermediate.int_sessions
            where organization_id = %(organization)s
                and ended_at >= %(start)s and ended_at < %(end)s
                and strpos(lower(topic), lower(%(topic)s)) > 0
        ))
        and (
            %(person)s = ''
            or strpos(
                lower(concat_ws(' ', judged.display_name, judged.email)), lower(%(person)s)
            ) > 0 and not seen.is_guest_hidden
            or judged.user_id in (
                select user_id from worksights.users
                where organization_id = %(organization)s
                    and strpos(lower(full_name || ' ' || email), lower(%(person)s)) > 0
            )
        )
        and (
            own.is_own or %(person)s <> '' or %(topic)s <> '' or %(name)s <> ''
            or judged.user_id is not null or judged.zoom_user_id is not null
            or judged.email in (
                select lower(by_email.email collate "C") from worksights.users as by_email
                where by_email.organization_id = %(organization)s
            )
        )
""")
_SHOWN = SQL("""
    select
        page.session_id, sessions.feature, sessions.session_type, sessions.zoom_meeting_id,
        case when not page.is_topic_hidden then sessions.topic end as topic,
        sessions.started_at as session_started_at, sessions.ended_at as session_ended_at,
        page.participant_id,
        case when not page.is_guest_hidden then participants.display_name end as display_name,
        case when not page.is_guest_hidden then participants.email end as email,
        case when not page.is_guest_hidden then participants.zoom_user_id end as zoom_user_id,
        outcomes.user_id, mappings.mapped_by, users.full_name, presence.duration_seconds,
        outcomes.outcome, outcomes.detail,
        case when not page.is_topic_hidden then activities.title end as entry_title,
        activities.started_at as entry_started_at, activities.ended_at as entry_ended_at,
        page.is_own and coalesce(outcomes.user_id <> %(user)s, false) as is_anothers,
        page.is_own, page.is_topic_hidden, page.is_guest_hidden, page.cause,
        case
            when outcomes.user_id is null and not page.is_guest_hidden then addresses.person_id
        end as person_id
    from page
    inner join intermediate.int_sessions as sessions using (organization_id, session_id)
    inner join intermediate.int_participants as participants
        using (organization_id, session_id, participant_id)
    inner join operations.outcomes using (organization_id, session_id, participant_id)
    inner join intermediate.int_presence as presence
        using (organization_id, session_id, participant_id)
    inner join intermediate.int_participant_users as mappings
        using (organization_id, session_id, participant_id)
    left join worksights.users
        on users.organization_id = page.organization_id and users.user_id = outcomes.user_id
    left join clientsights_raw.email_addresses as addresses
        on addresses.organization_id = page.organization_id
        and addresses.address = participants.email
    left join timeline.activities
        on activities.organization_id = page.organization_id
        and activities.session_id = page.session_id
        and activities.user_id = outcomes.user_id
        and outcomes.outcome = 'activity'
    order by sessions.ended_at desc, page.session_id, page.participant_id
""")
_PAGE = SQL("""
    with page as materialized (
        select
            judged.organization_id, judged.session_id, judged.participant_id, own.is_own,
            seen.is_topic_hidden, seen.is_guest_hidden, {cause} as cause
        {seen}
""").format(seen=SEEN, cause=CAUSE)
_ROWS = SQL("""
    {page} {matching}
            and (%(cause)s = '' or case
                when %(cause)s = 'missing' then judged.outcome <> 'activity'
                else {cause} = %(cause)s
            end)
            and %(feature)s in ('', judged.feature)
            and (%(of)s = '' or (
                coalesce(judged.user_id, judged.zoom_user_id, judged.email) = %(of)s
                and not seen.is_guest_hidden
            ))
        order by judged.ended_at desc, judged.session_id, judged.participant_id
        limit %(limit)s offset %(offset)s
    )
    {shown}
""").format(page=_PAGE, matching=MATCHING, cause=CAUSE, shown=_SHOWN)
_ONE = SQL("""
    {page}
            and judged.session_id = %(session_id)s and judged.participant_id = %(participant_id)s
    )
    {shown}
""").format(page=_PAGE, shown=_SHOWN)


def find_rows(
    connection: psycopg.Connection,
    sight: Visibility,
    criteria: SearchCriteria,
    *,
    limit: int,
    offset: int = 0,
) -> list[SessionRow]:
    """The participants that match, by the end of their session, the latest first. Details are read
    only for the rows returned.
    """
    return rows.every(
        connection,
        SessionRow,
        _ROWS,
        {**limits(sight), **vars(criteria), "limit": limit, "offset": offset},
    )


def find_row(
    connection: psycopg.Connection, sight: Visibility, *, session_id: str, participant_id: str
) -> SessionRow | None:
    """One participant; None if it does not exist or the viewer may not see it."""
    return rows.maybe_one(
        connection,
        SessionRow,
        _ONE,
        {**limits(sight), "session_id": session_id, "participant_id": participant_id},
    )
