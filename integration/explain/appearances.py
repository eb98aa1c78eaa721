"""Reads one user's participants in sessions, with their outcomes and entries."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows
from integration.identity.cleaning import cleaned_email, stored_spellings


@dataclass(frozen=True)
class ExplainedUser:
    """A WorkSights user with the Zoom users currently mapped to them."""

    organization_id: str
    user_id: str
    full_name: str
    email: str
    time_zone: str
    deactivated_at: datetime | None
    zoom_user_ids: list[str]


@dataclass(frozen=True)
class SessionSummary:
    """One session, which may not have ended yet. `due_at` is when its end will be inferred."""

    organization_id: str
    session_id: str
    feature: str | None
    zoom_uuid: str | None
    topic: str | None
    end_source: str | None
    ended_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True)
class Appearance:
    """One participant of a session with their outcome and entry, for the user being explained."""

    session_id: str
    feature: str
    topic: str | None
    session_started_at: datetime
    session_ended_at: datetime
    participant_id: str
    display_name: str | None
    email: str | None
    zoom_user_id: str | None
    user_id: str | None
    mapped_by: str | None
    duration_seconds: int
    outcome: str
    detail: str
    entry_title: str | None
    entry_started_at: datetime | None
    entry_ended_at: datetime | None
    is_anothers: bool = False  # mapped to a different user than the one being explained


def explained_users(
    connection: psycopg.Connection, *, email: str, organization_id: str | None
) -> list[ExplainedUser]:
    """The users with this email, in one organization or in all of them."""
    return rows.every(
        connection,
        ExplainedUser,
        """
        select
            users.organization_id, users.user_id, users.full_name, users.email, users.time_zone,
            users.deactivated_at,
            (
                select coalesce(array_agg(distinct zoom_user_id order by zoom_user_id), '{}')
                from (
                    select subject as zoom_user_id from pipeline.settings
                    where settings.organization_id = users.organization_id
                        and kind = 'mapping' and value = users.user_id and valid @> now()
                    union
                    select subject from pipeline.settings
                    where settings.organization_id = users.organization_id
                        and kind = 'zoom_user_email' and valid @> now()
                        and value in (
                            select emails.value from pipeline.settings as emails
                            where emails.organization_id = users.organization_id
                                and emails.kind = 'user_email'
                                and emails.subject = users.user_id and emails.valid @> now()
                        )
                        and not exists (
                            select from pipeline.settings as manual
                            where manual.organization_id = users.organization_id
                                and manual.kind = 'mapping' and manual.subject = settings.subject
                                and manual.value <> users.user_id and manual.valid @> now()
                        )
                ) as theirs
            ) as zoom_user_ids
        from worksights.users
        where lower(users.email collate "C") = any(%(spellings)s)
            and (%(organization)s::text is null or users.organization_id = %(organization)s)
        order by users.organization_id
        """,
        {"spellings": stored_spellings(email), "organization": organization_id},
    )


def find_sessions(
    connection: psycopg.Connection, *, organization_id: str, name: str
) -> list[SessionSummary]:
    """Sessions with this Zoom uuid, call_id, meeting ID or session_id; the latest first."""
    return rows.every(
        connection,
        SessionSummary,
        """
        select
            sessions.organization_id, sessions.session_id, sessions.feature, sessions.zoom_uuid,
            sessions.topic, sessions.end_source, sessions.ended_at, sessions.due_at
        from intermediate.int_sessions as sessions
        where sessions.organization_id = %(organization)s
            and %(name)s in (sessions.session_id, sessions.zoom_uuid, sessions.zoom_meeting_id)
        order by sessions.last_event_at desc
        limit 20
        """,
        {"organization": organization_id, "name": name},
    )


def landed_events(connection: psycopg.Connection, session: SessionSummary) -> int:
    """The number of landed events of a session. The page's role may not read them."""
    return rows.scalar(
        connection,
        int,
        "select count(*) from zoom_raw.events where organization_id = %s and session_id = %s",
        [session.organization_id, session.session_id],
    )


def appearances(
    connection: psycopg.Connection,
    user: ExplainedUser,
    *,
    since: datetime | None = None,
    session_id: str | None = None,
) -> list[Appearance]:
    """The participants that are, or may be, this user: by mapping, Zoom user or email."""
    return rows.every(
        connection,
        Appearance,
        """
        select
            sessions.session_id, sessions.feature, sessions.topic,
            sessions.started_at as session_started_at, sessions.ended_at as session_ended_at,
            participants.participant_id, participants.display_name, participants.email,
            participants.zoom_user_id, mappings.user_id, mappings.mapped_by,
            presence.duration_seconds, outcomes.outcome, outcomes.detail,
            activities.title as entry_title, activities.started_at as entry_started_at,
            activities.ended_at as entry_ended_at,
            coalesce(mappings.user_id <> %(user)s, false) as is_anothers
        from intermediate.int_participants as participants
        inner join intermediate.int_sessions as sessions using (organization_id, session_id)
        inner join intermediate.int_presence as presence
            using (organization_id, session_id, participant_id)
        inner join intermediate.int_participant_users as mappings
            using (organization_id, session_id, participant_id)
        inner join operations.outcomes using (organization_id, session_id, participant_id)
        left join timeline.activities
            on activities.organization_id = participants.organization_id
            and activities.session_id = participants.session_id
            and activities.user_id = %(user)s
            and outcomes.outcome = 'activity'
        where participants.organization_id = %(organization)s
            and (%(session)s::text is null or participants.session_id = %(session)s)
            and (%(since)s::timestamptz is null or sessions.ended_at >= %(since)s)
            and (
                mappings.user_id = %(user)s
                or participants.zoom_user_id = any(%(zoom_users)s)
                or participants.email = %(email)s
            )
        order by sessions.started_at, sessions.session_id, participants.participant_id
        """,
        {
            "organization": user.organization_id,
            "user": user.user_id,
            "email": cleaned_email(user.email),
            "zoom_users": user.zoom_user_ids,
            "session": session_id,
            "since": since,
        },
    )
