"""Counts the entries that a change to settings would add and remove, before it is saved.

The next batch derives the sessions that ended since the effective date (contract, 5.13) by the
rules of 5.8 and 5.10. This module applies the same rules to the same sessions: the mapped user
existed and was active at the session's end, the feature was not off for the organization or the
user, and the participant is not excluded. Earlier steps (answered, admitted, present) do not depend
on settings, so participants who failed there are skipped. The result is compared with the current
entries, so the counts are what the next batch does, unless it also receives new data.

Mappings are counted in mapping_effects.py. Switching a feature needs less: off removes all entries
of the feature and user, on adds those that only this switch has prevented. An organization may have
a million of them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL, Composed

from integration.database import rows
from integration.pipeline.marts import marts_exist


@dataclass(frozen=True)
class Effect:
    """How many entries of a feature are added and removed."""

    feature: str
    added: int
    removed: int


def effects_of_switches(
    connection: psycopg.Connection,
    features: Collection[str],
    *,
    organization_id: str,
    user_ids: Collection[str] | None,
    is_on: bool,
    effective_from: datetime,
) -> list[Effect]:
    """The effects of switching features for these users (None: for the organization) from then on;
    empty if no entries change.
    """
    statements = _OF_THE_ORGANIZATION if user_ids is None else _OF_USERS
    return _effects(
        connection,
        statements[is_on],
        organization=organization_id,
        features=[*features],
        users=[*(user_ids or ())],
        effective_from=effective_from,
        switched=[""] if user_ids is None else [*user_ids],
        outcome="feature_off" if user_ids is None else "not_subscribed",
    )


def _effects(
    connection: psycopg.Connection, statement: Composed, **parameters: object
) -> list[Effect]:
    if not marts_exist(connection):
        return []
    return rows.every(connection, Effect, statement, parameters)


# Uses the index on the user, or for the organization the index of sessions on their end.
_AFFECTED_BY_SWITCH = SQL("""
    select
        participants.session_id, participants.participant_id, participants.user_id,
        participants.duration_seconds, sessions.feature, sessions.ended_at
    from timeline.participants
    inner join timeline.sessions using (organization_id, session_id)
    where participants.organization_id = %(organization)s
        and participants.outcome = %(outcome)s
        and sessions.feature = any(%(features)s)
        and sessions.ended_at >= %(effective_from)s
        {of_user}
""")
# `affected` has the participants whose entries may change, each with its user after the change. It
# is read again for the exclusions only, and only where there are some.
ENTRIES_AFTER = SQL("""
    with affected as not materialized (
        {affected}
    ),
    switches as materialized (
        select subject, value as feature, valid from facts.switches_off
        where organization_id = %(organization)s
            and subject <> all(%(switched)s::text[])
    ),
    switches_of_all as materialized (
        select feature, valid from switches where subject = ''
    ),
    exclusions as materialized (
        select kind, subject from facts.exclusions where organization_id = %(organization)s
    ),
    excluded as materialized (
        select affected.session_id, affected.participant_id
        from affected
        inner join timeline.participants
            on participants.organization_id = %(organization)s
            and participants.session_id = affected.session_id
            and participants.participant_id = affected.participant_id
        inner join timeline.sessions
            on sessions.organization_id = %(organization)s
            and sessions.session_id = affected.session_id
        left join clientsights_raw.email_addresses
            on email_addresses.organization_id = %(organization)s
            and email_addresses.address = participants.email
        where (select count(*) > 0 from exclusions)
            and exists (
                select from exclusions
                where facts.excludes(
                    exclusions.kind, exclusions.subject, participants.email,
                    email_addresses.person_key, participants.zoom_user_id,
                    sessions.zoom_meeting_id
                )
            )
    ),
    entries_after as materialized (
        select
            affected.session_id, affected.user_id, affected.feature,
            max(affected.duration_seconds) as seconds
        from affected
        inner join worksights.users
            on users.organization_id = %(organization)s
            and users.user_id = affected.user_id
            and users.created_at <= affected.ended_at
            and affected.ended_at < coalesce(users.deactivated_at, 'infinity')
        where not exists (
                select from switches_of_all
                where switches_of_all.feature = affected.feature
                    and switches_of_all.valid @> affected.ended_at
            )
            and not exists (
                select from switches
                where switches.subject = affected.user_id
                    and switches.feature = affected.feature
                    and switches.valid @> affected.ended_at
            )
            and not exists (
                select from facts.pauses as pauses
                where pauses.organization_id = %(organization)s
                    and pauses.subject = affected.user_id
                    and pauses.value in ('', affected.session_id)
                    and pauses.valid @> affected.ended_at
            )
            and not exists (
                select from excluded
                where excluded.session_id = affected.session_id
                    and excluded.participant_id = affected.participant_id
            )
        group by affected.session_id, affected.user_id, affected.feature
    )
""")
_EFFECTS_OF_ON = SQL("""
    select feature, count(*)::integer as added, 0 as removed
    from entries_after
    group by feature
    order by feature
""")
# A session counts by its end, and an entry lies within its session (contract, 5.5). So an entry
# that ended since then is of such a session, and only sessions in progress then have others.
# The planner expects many of those and would read all entries; `offset 0` reads theirs alone.
_EFFECTS_OF_OFF = SQL("""
    with before as materialized (
        select entries.feature, entries.user_id
        from timeline.sessions
        cross join lateral (
            select activities.feature, activities.user_id
            from timeline.activities
            where activities.organization_id = sessions.organization_id
                and activities.session_id = sessions.session_id
                and activities.ended_at < %(effective_from)s
            offset 0
        ) as entries
        where sessions.organization_id = %(organization)s
            and sessions.feature = any(%(features)s)
            and sessions.ended_at >= %(effective_from)s
            and sessions.started_at < %(effective_from)s
    ),
    removed as (
        select feature
        from timeline.activities
        where organization_id = %(organization)s
            and feature = any(%(features)s)
            and ended_at >= %(effective_from)s
            {of_user}
        union all
        select feature from before where true {of_user}
    )
    select feature, 0 as added, count(*)::integer as removed
    from removed
    group by feature
    order by feature
""")


def _of_switch(of_user: SQL) -> dict[bool, Composed]:
    """The statements for switching on (True) and off (False)."""
    affected = _AFFECTED_BY_SWITCH.format(of_user=of_user)
    return {
        True: ENTRIES_AFTER.format(affected=affected) + _EFFECTS_OF_ON,
        False: _EFFECTS_OF_OFF.format(of_user=of_user),
    }


_OF_THE_ORGANIZATION = _of_switch(SQL(""))
_OF_USERS = _of_switch(SQL("and user_id = any(%(users)s)"))
