"""Counts the entries that mappings of Zoom users would add and remove, before they are saved: of
one Zoom user or of many, in one query.

The rules are those of effects.py. "By email" applies the email that the Zoom user had when each
session ended (contract, 5.8).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.explain.outcomes import OUTCOMES
from integration.pipeline.marts import marts_exist
from integration.web.changes.effects import ENTRIES_AFTER, Effect


@dataclass(frozen=True)
class MappingPeriod:
    """A Zoom user's sessions from `effective_from` to `effective_until`, or up to now, get the
    entries of this user. `user_id` None is "nobody", or whoever has the email if `is_by_email`.
    """

    zoom_user_id: str
    user_id: str | None
    effective_from: datetime
    effective_until: datetime | None = None
    is_by_email: bool = False


@dataclass(frozen=True)
class Totals:
    """`seconds_added` is the time of the added entries; `users` is who gets them."""

    added: int
    removed: int
    seconds_added: int
    seconds_removed: int
    users: int


NOTHING = Totals(0, 0, 0, 0, 0)


def effects_of_mappings(
    connection: psycopg.Connection, periods: Sequence[MappingPeriod], *, organization_id: str
) -> list[Effect]:
    """The effects by feature. Features without a change are not listed."""
    if not periods or not marts_exist(connection):
        return []
    parameters = _parameters(periods, organization_id)
    return rows.every(connection, Effect, _BY_FEATURE, parameters)


def totals_of_mappings(
    connection: psycopg.Connection, periods: Sequence[MappingPeriod], *, organization_id: str
) -> Totals:
    if not periods or not marts_exist(connection):
        return NOTHING
    return rows.one(connection, Totals, _TOTALS, _parameters(periods, organization_id))


def _parameters(periods: Sequence[MappingPeriod], organization_id: str) -> dict[str, Any]:
    return {
        "organization": organization_id,
        "zoom_users": [one.zoom_user_id for one in periods],
        "users": [one.user_id for one in periods],
        "by_email": [one.is_by_email for one in periods],
        "since": [one.effective_from for one in periods],
        "until": [one.effective_until for one in periods],
        "switched": [],
        "ineligible": [name for name, each in OUTCOMES.items() if each.step == "eligible"],
    }


# Uses the index of timeline.participants on the Zoom user.
_AFFECTED = SQL("""
        select
            participants.session_id, participants.participant_id, participants.email,
            participants.zoom_user_id, participants.duration_seconds, participants.outcome,
            participants.user_id as user_before, sessions.zoom_meeting_id,
            case when periods.is_by_email then by_email.user_id else periods.user_id end as user_id,
            sessions.feature, sessions.ended_at
        from unnest(
            %(zoom_users)s::text[], %(users)s::text[], %(by_email)s::boolean[],
            %(since)s::timestamptz[], %(until)s::timestamptz[]
        ) as periods (zoom_user_id, user_id, is_by_email, effective_from, effective_until)
        inner join timeline.participants
            on participants.organization_id = %(organization)s
            and participants.zoom_user_id = periods.zoom_user_id
            and participants.outcome <> all(%(ineligible)s)
        inner join timeline.sessions
            on sessions.organization_id = participants.organization_id
            and sessions.session_id = participants.session_id
            and sessions.ended_at >= periods.effective_from
            and sessions.ended_at < coalesce(periods.effective_until, 'infinity')
        left join lateral (
            select user_emails.subject as user_id
            from pipeline.settings as user_emails
            left join pipeline.settings as activity
                on activity.organization_id = user_emails.organization_id
                and activity.kind = 'user_active'
                and activity.subject = user_emails.subject
                and activity.valid @> sessions.ended_at
            where periods.is_by_email
                and user_emails.organization_id = %(organization)s
                and user_emails.kind = 'user_email'
                and user_emails.valid @> sessions.ended_at
                and user_emails.value = (
                    select emails.value from pipeline.settings as emails
                    where emails.organization_id = %(organization)s
                        and emails.kind = 'zoom_user_email'
                        and emails.subject = periods.zoom_user_id
                        and emails.valid @> sessions.ended_at
                    order by
                        emails.zoom_account_id = sessions.zoom_account_id desc,
                        emails.zoom_account_id collate "C", emails.value collate "C"
                    limit 1
                )
            order by activity.subject is null, user_emails.subject collate "C"
            limit 1
        ) as by_email on true
""")
_CHANGES = ENTRIES_AFTER.format(affected=_AFFECTED) + SQL("""
    , durations as (
        select session_id, user_id, max(duration_seconds) as seconds
        from affected
        group by session_id, user_id
    ),
    entries_before as (
        select session_id, user_before as user_id, feature, max(duration_seconds) as seconds
        from affected
        where outcome = 'activity'
        group by session_id, user_before, feature
    ),
    -- If the user has another Zoom identity in the session, the entry stays.
    entries_of_others as (
        select participants.session_id, participants.user_id
        from entries_before
        inner join timeline.participants
            on participants.organization_id = %(organization)s
            and participants.session_id = entries_before.session_id
            and participants.user_id = entries_before.user_id
            and participants.outcome = 'activity'
        where not exists (
            select from affected
            where affected.session_id = participants.session_id
                and affected.participant_id = participants.participant_id
        )
    ),
    -- Reading all entries of these users costs less than a look into each session.
    entries as materialized (
        select activities.session_id, activities.user_id
        from (select distinct user_id from entries_after) as users
        inner join timeline.activities
            on activities.organization_id = %(organization)s
            and activities.user_id = users.user_id
    ),
    changes as (
        select
            entries_after.user_id, entries_after.feature, 1 as added, 0 as removed,
            coalesce(durations.seconds, 0) as seconds
        from entries_after
        left join durations using (session_id, user_id)
        where not exists (
            select from entries
            where entries.session_id = entries_after.session_id
                and entries.user_id = entries_after.user_id
        )
        union all
        select user_id, feature, 0, 1, seconds
        from entries_before
        where not exists (
                select from entries_after
                where entries_after.session_id = entries_before.session_id
                    and entries_after.user_id = entries_before.user_id
            )
            and not exists (
                select from entries_of_others
                where entries_of_others.session_id = entries_before.session_id
                    and entries_of_others.user_id = entries_before.user_id
            )
    )
""")
_BY_FEATURE = _CHANGES + SQL("""
    select feature, sum(added)::integer as added, sum(removed)::integer as removed
    from changes
    group by feature
    order by feature
""")
_TOTALS = _CHANGES + SQL("""
    select
        coalesce(sum(added), 0)::integer as added,
        coalesce(sum(removed), 0)::integer as removed,
        coalesce(sum(seconds) filter (where added = 1), 0)::bigint as seconds_added,
        coalesce(sum(seconds) filter (where removed = 1), 0)::bigint as seconds_removed,
        count(distinct user_id) filter (where added = 1)::integer as users
    from changes
""")
