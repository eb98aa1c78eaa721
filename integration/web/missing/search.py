"""Reads participants with their outcomes, limited to what the viewer may see.

Data that the viewer may not see is not read: other people's rows for most roles, other people's
topics and the guests' names for some. What is hidden cannot be searched for either.
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
class Visibility:
    """What the viewer may see: without `sees_everyone` only their own rows and those of `reports`,
    without `sees_every_topic` only the topics of their own sessions and, with
    `sees_topics_of_reports`, of those of `reports`, without `sees_guests` only who in their own
    organization took part. Somebody who keeps a session to themselves has no row in it.
    """

    viewer: ExplainedUser
    sees_everyone: bool
    reports: frozenset[str]
    sees_topics_of_reports: bool
    sees_every_topic: bool
    sees_guests: bool

    @property
    def sees_others(self) -> bool:
        return self.sees_everyone or bool(self.reports)


@dataclass(frozen=True)
class SearchCriteria:
    """`name` is a meeting number, uuid, call id or session_id; `outcome` is an outcome, or
    `missing` for all except `activity`. Empty criteria match everything, but without person, topic
    and name, external guests are not listed.
    """

    start: datetime
    end: datetime
    person: str = ""
    topic: str = ""
    name: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class SessionRow(Appearance):
    """A row of the page. `full_name` is the mapped WorkSights user's; `is_own` means that the
    participant is the viewer, `person_id` that of an external person. Of a hidden guest, name,
    email, Zoom user and person are None.
    """

    session_type: str = ""
    zoom_meeting_id: str | None = None
    full_name: str | None = None
    is_own: bool = False
    is_topic_hidden: bool = False
    is_guest_hidden: bool = False
    person_id: str | None = None


# What the viewer may see, for pages that add conditions. Parameters are `limits`.
# Reads sessions from the index on organization, account and end, the latest first, so that a few of
# them fill a page; the other tables are read by key.
SEEN = SQL("""
    select
        participants.organization_id, sessions.session_id, sessions.feature,
        sessions.session_type, sessions.zoom_meeting_id,
        case when not seen.is_topic_hidden then sessions.topic end as topic,
        sessions.started_at as session_started_at, sessions.ended_at as session_ended_at,
        participants.participant_id, outcomes.user_id, outcomes.outcome, outcomes.detail,
        case when not seen.is_guest_hidden then participants.display_name end as display_name,
        case when not seen.is_guest_hidden then participants.email end as email,
        case when not seen.is_guest_hidden then participants.zoom_user_id end as zoom_user_id,
        seen.is_own, seen.is_topic_hidden, seen.is_guest_hidden
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
    inner join intermediate.int_outcomes as judged
        using (organization_id, session_id, participant_id)
    cross join lateral (
        select
            own.is_own,
            own.is_reports,
            not (
                own.is_own or %(every_topic)s or own.is_reports and %(topics_of_reports)s
            ) as is_topic_hidden,
            not own.is_own and not (
                %(guests)s or own.is_reports or outcomes.user_id is not null
                or exists (
                    select from zoom_raw.users as imported
                    where imported.organization_id = participants.organization_id
                        and imported.zoom_account_id = any(  -- the second column of the key
                            select zoom_account_id from integration.connections
                            where organization_id = %(organization)s
                        )
                        and imported.zoom_user_id = participants.zoom_user_id
                )
                or exists (
                    select from worksights.users as by_email
                    where by_email.organization_id = participants.organization_id
                        and lower(by_email.email collate "C") = participants.email
                )
                or exists (
                    select from pipeline.settings as own_domains
                    where own_domains.organization_id = participants.organization_id
                        and own_domains.kind = 'own_domain'
                        and facts.matches_address_or_domain(
                            participants.email, own_domains.subject
                        )
                )
            ) as is_guest_hidden
        from (
            select coalesce(
                outcomes.user_id = %(user)s or participants.zoom_user_id = any(%(zoom_users)s)
                    or participants.email = %(email)s,
                false
            ) as is_own,
            coalesce(
                outcomes.user_id = any(%(reports)s),
                participants.email in (
                    select lower(by_email.email collate "C") from worksights.users as by_email
                    where by_email.organization_id = participants.organization_id
                        and by_email.user_id = any(%(reports)s)
                ),
                false
            ) as is_reports
        ) as own
    ) as seen
    where (
        seen.is_own
        or (%(everyone)s or seen.is_reports) and judged.is_paused is not true
    )
""")
_SHOWN = SQL("""
    select
        page.session_id, page.feature, page.session_type, page.zoom_meeting_id, page.topic,
        page.session_started_at, page.session_ended_at, page.participant_id, page.display_name,
        page.email, page.zoom_user_id, page.user_id, mappings.mapped_by, users.full_name,
        presence.duration_seconds, page.outcome, page.detail,
        case when not page.is_topic_hidden then activities.title end as entry_title,
        activities.started_at as entry_started_at, activities.ended_at as entry_ended_at,
        page.is_own and coalesce(page.user_id <> %(user)s, false) as is_anothers,
        page.is_own, page.is_topic_hidden, page.is_guest_hidden,
        case when page.user_id is null then addresses.person_id end as person_id
    from page
    inner join intermediate.int_presence as presence
        using (organization_id, session_id, participant_id)
    inner join intermediate.int_participant_users as mappings
        using (organization_id, session_id, participant_id)
    left join worksights.users
        on users.organization_id = page.organization_id and users.user_id = page.user_id
    left join clientsights_raw.email_addresses as addresses
        on addresses.organization_id = page.organization_id and addresses.address = page.email
    left join timeline.activities
        on activities.organization_id = page.organization_id
        and activities.session_id = page.session_id
        and activities.user_id = page.user_id
        and page.outcome = 'activity'
""")
_ROWS = SQL("""
    with page as materialized (
        {seen}
            and sessions.ended_at >= %(start)s and sessions.ended_at < %(end)s
            and (%(name)s = '' or %(name)s in
                (sessions.session_id, sessions.zoom_uuid, sessions.zoom_meeting_id))
            and (%(topic)s = '' or (
                not seen.is_topic_hidden
                and strpos(lower(sessions.topic), lower(%(topic)s)) > 0
            ))
            and (
                %(person)s = ''
                or not seen.is_guest_hidden and strpos(
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
                seen.is_own or %(person)s <> '' or %(topic)s <> '' or %(name)s <> ''
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
""").format(seen=SEEN, shown=_SHOWN)
_ONE = SQL("""
    with page as materialized (
        {seen}
            and participants.session_id = %(session_id)s
            and participants.participant_id = %(participant_id)s
    )
    {shown}
""").format(seen=SEEN, shown=_SHOWN)


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


def limits(sight: Visibility) -> dict[str, str | bool | Sequence[str] | None]:
    """The parameters of SEEN."""
    return {
        "organization": sight.viewer.organization_id,
        "user": sight.viewer.user_id,
        "email": cleaned_email(sight.viewer.email),
        "zoom_users": sight.viewer.zoom_user_ids,
        "everyone": sight.sees_everyone,
        "every_topic": sight.sees_every_topic,
        "reports": list(sight.reports),
        "topics_of_reports": sight.sees_topics_of_reports,
        "guests": sight.sees_guests,
    }
