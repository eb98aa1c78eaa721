"""Reads a user's day: its entries, the other participants, and the time in sessions per day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.web.page.titles import TITLE

PEOPLE_LISTED = 25  # per session; a webinar has thousands

Span = tuple[datetime, datetime]  # from, until


@dataclass(frozen=True)
class DayEntry:
    """An entry of the timeline; `seconds_in_day` of its `duration_seconds` are in this day."""

    session_id: str
    title: str
    role: str
    feature: str
    is_estimated: bool
    duration_seconds: int
    seconds_in_day: int
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True)
class Companion:
    """Another person in a session. `name` is None if unknown or excluded; `user_id` is that of a
    colleague, `person_id` and `kind` are those of an external person; `people` is the number of
    other people in the session.
    """

    session_id: str
    name: str | None
    user_id: str | None
    person_id: str | None
    kind: str | None
    is_own: bool
    is_excluded: bool
    is_guessed: bool
    shared_seconds: int
    people: int

    @property
    def is_known(self) -> bool:
        """Whether an email or a Zoom user from Zoom identifies the person."""
        return self.is_own or self.is_excluded or self.person_id is not None


def entries_in(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    user_id: str,
    span: Span,
    topics_of: str | None,
) -> list[DayEntry]:
    """The user's entries that overlap the span, by start. The index on user and start returns all
    entries that started before its end, some thousands a year.

    `topics_of` is that of TITLE.
    """
    return rows.every(
        connection,
        DayEntry,
        SQL("""
        select
            activities.session_id,
            {title},
            activities.role, activities.feature,
            activities.is_estimated, activities.duration_seconds,
            (
                select coalesce(extract(epoch from sum(upper(stay) - lower(stay))), 0)::integer
                from unnest(there.presence * tstzmultirange(tstzrange(%(start)s, %(end)s))) as stay
            ) as seconds_in_day,
            activities.started_at, activities.ended_at
        from timeline.activities
        inner join intermediate.int_entries as there
            using (organization_id, session_id, user_id)
        where activities.organization_id = %(organization)s and activities.user_id = %(user)s
            and activities.started_at < %(end)s and activities.ended_at > %(start)s
        order by activities.started_at, activities.ended_at, activities.session_id
        """).format(title=TITLE),
        {
            "organization": organization_id,
            "user": user_id,
            "start": span[0],
            "end": span[1],
            "topics_of": topics_of,
        },
    )


def time_in_sessions(
    connection: psycopg.Connection, *, organization_id: str, user_id: str, spans: Sequence[Span]
) -> list[timedelta]:
    """For each span, the time in at least one session; simultaneous sessions count once. Reads the
    entries once for all spans. There must be at least one span.
    """
    return rows.scalars(
        connection,
        timedelta,
        """
        with stays as materialized (
            select activities.started_at, activities.ended_at, there.presence
            from timeline.activities
            inner join intermediate.int_entries as there
                using (organization_id, session_id, user_id)
            where activities.organization_id = %(organization)s
                and activities.user_id = %(user)s
                and activities.started_at < %(last)s and activities.ended_at > %(first)s
        )
        select (
            select coalesce(sum(upper(stay) - lower(stay)), interval '0')
            from unnest(
                (
                    select range_agg(stays.presence) from stays
                    where stays.started_at < span.ends and stays.ended_at > span.starts
                ) * tstzmultirange(tstzrange(span.starts, span.ends))
            ) as stay
        )
        from unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[])
            with ordinality as span (starts, ends, number)
        order by span.number
        """,
        {
            "organization": organization_id,
            "user": user_id,
            "starts": [start for start, _ in spans],
            "ends": [end for _, end in spans],
            "first": min(start for start, _ in spans),
            "last": max(end for _, end in spans),
        },
    )


def companions(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    user_id: str,
    session_ids: Sequence[str],
) -> list[Companion]:
    """The other people in these sessions, each once: colleagues first, then by shared time.

    An external participant without a row in clientsights.people is excluded, and stays nameless.
    """
    return rows.every(
        connection,
        Companion,
        """
        with others as (
            select
                own.session_id,
                coalesce(users.user_id, addresses.person_id, participants.participant_id) as who,
                coalesce(
                    max(users.full_name), max(people.display_name), max(participants.display_name)
                ) as name,
                max(users.user_id) as user_id,
                max(people.person_id) as person_id,
                max(people.kind) as kind,
                bool_or(
                    participants.user_id is not null or addresses.kind in ('user', 'internal')
                ) is true as is_own,
                bool_or(
                    participants.outcome = 'excluded'
                    or (addresses.person_id is not null and people.person_id is null)
                ) as is_excluded,
                bool_or(people.name_source = 'guess') is true as is_guessed,
                range_agg(presence.presence) * own.presence as shared
            from intermediate.int_entries as own
            inner join timeline.participants using (organization_id, session_id)
            inner join intermediate.int_presence as presence
                using (organization_id, session_id, participant_id)
            left join worksights.users
                on users.organization_id = participants.organization_id
                and users.user_id = participants.user_id
            left join clientsights_raw.email_addresses as addresses
                on addresses.organization_id = participants.organization_id
                and addresses.address = participants.email
                and participants.user_id is null  -- mapped participants are colleagues
            left join clientsights.people
                on people.organization_id = addresses.organization_id
                and people.person_id = addresses.person_id
            where own.organization_id = %(organization)s and own.user_id = %(user)s
                and own.session_id = any(%(sessions)s)
                and participants.user_id is distinct from own.user_id
                and presence.duration_seconds > 0
            group by own.session_id, who, own.presence
        ),
        ranked as (
            select
                others.*,
                together.shared_seconds,
                count(*) over (partition by others.session_id)::integer as people,
                row_number() over (
                    partition by others.session_id
                    order by
                        others.is_own desc, together.shared_seconds desc, others.name, others.who
                ) as rank
            from others
            cross join lateral (
                select coalesce(extract(epoch from sum(upper(stay) - lower(stay))), 0)::integer
                    as shared_seconds
                from unnest(others.shared) as stay
            ) as together
        )
        select
            session_id, case when not is_excluded then name end as name, user_id,
            case when not is_excluded then person_id end as person_id, kind,
            is_own, is_excluded, is_guessed, shared_seconds, people
        from ranked
        where rank <= %(listed)s
        order by session_id, rank
        """,
        {
            "organization": organization_id,
            "user": user_id,
            "sessions": list(session_ids),
            "listed": PEOPLE_LISTED,
        },
    )
