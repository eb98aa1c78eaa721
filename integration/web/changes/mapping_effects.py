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
from psycopg.sql import SQL, Composed

from integration.database import rows
from integration.explain.outcomes import OUTCOMES
from integration.pipeline.marts import has_column, marts_exist
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
    statement = _changes(connection) + _BY_FEATURE
    return rows.every(connection, Effect, statement, _parameters(periods, organization_id))


def totals_of_mappings(
    connection: psycopg.Connection, periods: Sequence[MappingPeriod], *, organization_id: str
) -> Totals:
    if not periods or not marts_exist(connection):
        return NOTHING
    statement = _changes(connection) + _TOTALS
    return rows.one(connection, Totals, statement, _parameters(periods, organization_id))


def _changes(connection: psycopg.Connection) -> Composed:
    """The `with` clause; its last part is `changes`."""
    is_batched = has_column(connection, "intermediate.int_outcomes", "duration_seconds")
    seconds = SQL("lost.duration_seconds") if is_batched else _SECONDS_BEFORE_THE_FIRST_BATCH
    affected = _AFFECTED.format(periods=_PERIODS, seconds=seconds)
    return ENTRIES_AFTER.format(affected=affected) + _CHANGES


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


# Most sessions have no entry: everything needed about them is in an index of the outcomes. Sessions
# with an entry are found with the index of timeline.participants on the Zoom user.
_AFFECTED = SQL("""
        select
            found.session_id, found.participant_id, found.duration_seconds, found.user_before,
            case
                when not found.is_by_email then found.user_id
                else (
                    select user_emails.subject
                    from timeline.sessions
                    inner join lateral (
                        select emails.value from pipeline.settings as emails
                        where emails.organization_id = %(organization)s
                            and emails.kind = 'zoom_user_email'
                            and emails.subject = found.zoom_user_id
                            and emails.valid @> found.ended_at
                        order by
                            emails.zoom_account_id = sessions.zoom_account_id desc,
                            emails.zoom_account_id collate "C", emails.value collate "C"
                        limit 1
                    ) as email on true
                    inner join pipeline.settings as user_emails
                        on user_emails.organization_id = %(organization)s
                        and user_emails.kind = 'user_email'
                        and user_emails.value = email.value
                        and user_emails.valid @> found.ended_at
                    left join pipeline.settings as activity
                        on activity.organization_id = user_emails.organization_id
                        and activity.kind = 'user_active'
                        and activity.subject = user_emails.subject
                        and activity.valid @> found.ended_at
                    where sessions.organization_id = %(organization)s
                        and sessions.session_id = found.session_id
                    order by activity.subject is null, user_emails.subject collate "C"
                    limit 1
                )
            end as user_id,
            found.feature, found.ended_at
        from (
            select
                periods.zoom_user_id, periods.user_id, periods.is_by_email, lost.session_id,
                lost.participant_id, {seconds} as duration_seconds, null as user_before,
                lost.feature, lost.ended_at
            from {periods}
            inner join intermediate.int_outcomes as lost
                on lost.organization_id = %(organization)s
                and lost.zoom_user_id = periods.zoom_user_id
                and lost.outcome <> 'activity'
                and lost.outcome <> all(%(ineligible)s)
                and not lost.is_paused
                and lost.ended_at >= periods.effective_from
                and lost.ended_at < coalesce(periods.effective_until, 'infinity')
            union all
            select
                periods.zoom_user_id, periods.user_id, periods.is_by_email,
                participants.session_id, participants.participant_id,
                participants.duration_seconds, participants.user_id, sessions.feature,
                sessions.ended_at
            from {periods}
            inner join timeline.participants
                on participants.organization_id = %(organization)s
                and participants.zoom_user_id = periods.zoom_user_id
                and participants.outcome = 'activity'
            inner join timeline.sessions
                on sessions.organization_id = participants.organization_id
                and sessions.session_id = participants.session_id
                and sessions.ended_at >= periods.effective_from
                and sessions.ended_at < coalesce(periods.effective_until, 'infinity')
        ) as found
""")
_PERIODS = SQL("""
    unnest(
        %(zoom_users)s::text[], %(users)s::text[], %(by_email)s::boolean[],
        %(since)s::timestamptz[], %(until)s::timestamptz[]
    ) as periods (zoom_user_id, user_id, is_by_email, effective_from, effective_until)
""")
# An update of WorkSights adds the column with its first batch.
_SECONDS_BEFORE_THE_FIRST_BATCH = SQL("""(
    select participants.duration_seconds from timeline.participants
    where participants.organization_id = lost.organization_id
        and participants.session_id = lost.session_id
        and participants.participant_id = lost.participant_id
)""")
_CHANGES = SQL("""
    , replaced as materialized (
        select session_id, participant_id, user_before as user_id, feature, duration_seconds
        from affected
        where user_before is not null
    ),
    entries_before as (
        select session_id, user_id, feature, max(duration_seconds) as seconds
        from replaced
        group by session_id, user_id, feature
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
            select from replaced
            where replaced.session_id = participants.session_id
                and replaced.participant_id = participants.participant_id
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
        select user_id, feature, 1 as added, 0 as removed, seconds
        from entries_after
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
_BY_FEATURE = SQL("""
    select feature, sum(added)::integer as added, sum(removed)::integer as removed
    from changes
    group by feature
    order by feature
""")
_TOTALS = SQL("""
    , of_users as (
        select
            sum(added) as added, sum(removed) as removed,
            sum(seconds) filter (where added = 1) as seconds_added,
            sum(seconds) filter (where removed = 1) as seconds_removed
        from changes
        group by user_id
    )
    select
        coalesce(sum(added), 0)::integer as added,
        coalesce(sum(removed), 0)::integer as removed,
        coalesce(sum(seconds_added), 0)::bigint as seconds_added,
        coalesce(sum(seconds_removed), 0)::bigint as seconds_removed,
        count(*) filter (where added > 0)::integer as users
    from of_users
""")
