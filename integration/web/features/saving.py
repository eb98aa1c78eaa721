"""Writes `integration.subscription_changes`: features switched on and off, and taken back.

All rows of one change have the same `changed_at`, by which the change can be undone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows


@dataclass(frozen=True)
class Switch:
    """A feature of one user; `user_id` "" is the organization."""

    user_id: str
    feature: str


def lock_switches(connection: psycopg.Connection, organization_id: str) -> datetime:
    """Waits until other changes to these switches have committed, so that the last one decides.
    Returns the time of this change, which is later than that of any change before it.
    """
    name = f"switches of {organization_id}"
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    return rows.scalar(connection, datetime, "select clock_timestamp()")


def save_switches(
    connection: psycopg.Connection,
    switches: Collection[Switch],
    *,
    organization_id: str,
    is_on: bool,
    effective_from: datetime,
    changed_by: str,
    changed_at: datetime,
) -> None:
    """Switches the features, effective from that time on.

    Of rows with the same time, the one inserted last applies. So this also overwrites all changes
    between that time and now; otherwise the earliest of them would end this one.
    """
    connection.execute(
        """
        with switches as (
            select user_id, feature
            from unnest(%(users)s::text[], %(features)s::text[]) as switches (user_id, feature)
        ),
        moments as (
            select user_id, feature, %(effective_from)s::timestamptz as effective_from
            from switches
            union
            select switches.user_id, switches.feature, changes.effective_from
            from switches
            inner join integration.subscription_changes as changes
                on changes.organization_id = %(organization)s
                and coalesce(changes.user_id, '') = switches.user_id
                and changes.feature = switches.feature
            where changes.effective_from > %(effective_from)s
                and changes.effective_from <= %(changed_at)s
        )
        insert into integration.subscription_changes
            (organization_id, user_id, feature, is_on, effective_from, changed_by, changed_at)
        select
            %(organization)s, nullif(user_id, ''), feature, %(is_on)s, effective_from,
            %(changed_by)s, %(changed_at)s
        from moments
        order by effective_from
        """,
        {
            "organization": organization_id,
            "users": [one.user_id for one in switches],
            "features": [one.feature for one in switches],
            "is_on": is_on,
            "effective_from": effective_from,
            "changed_by": changed_by,
            "changed_at": changed_at,
        },
    )


def take_back(
    connection: psycopg.Connection,
    undone_at: datetime,
    *,
    organization_id: str,
    changed_by: str,
    changed_at: datetime,
) -> tuple[set[Switch], set[Switch]]:
    """Restores what was in force before the change that was made at that time, as if it had never
    been made. Returns the restored switches and those that were left alone, because they were
    switched again since.
    """
    found = rows.every(
        connection,
        _TakenBack,
        _TAKE_BACK,
        {
            "organization": organization_id,
            "undone_at": undone_at,
            "changed_by": changed_by,
            "changed_at": changed_at,
        },
    )
    restored = {Switch(one.user_id, one.feature) for one in found if one.is_restored}
    return restored, {Switch(one.user_id, one.feature) for one in found if not one.is_restored}


@dataclass(frozen=True)
class _TakenBack:
    user_id: str
    feature: str
    is_restored: bool


# A row for each moment of the change, with the state that older rows give it. Without any, a
# feature is on. Windows instead of joins: right after a change to thousands of switches, the
# planner does not know yet that there are so many, and would compare each with each.
_TAKE_BACK = """
    with changes as (
        select
            change_id, coalesce(user_id, '') as user_id, feature, is_on, effective_from, changed_at,
            changed_at = %(undone_at)s as is_undone,
            min(change_id) filter (where changed_at = %(undone_at)s) over of_switch as first_id,
            max(change_id) filter (where changed_at = %(undone_at)s) over of_switch as last_id,
            max(change_id) over of_switch as latest_id
        from integration.subscription_changes
        where organization_id = %(organization)s
        window of_switch as (partition by user_id, feature)
    ),
    numbered as (
        select
            change_id, user_id, feature, is_on, effective_from, changed_at, is_undone,
            latest_id = last_id as is_latest,
            count(*) filter (where not is_undone) over (
                partition by user_id, feature
                order by effective_from, is_undone, changed_at, change_id
            ) as older_rows
        from changes
        where is_undone or change_id < first_id
    ),
    undone as (
        select
            user_id, feature, effective_from, is_undone, is_latest,
            older_rows = 0 or first_value(is_on) over (
                partition by user_id, feature, older_rows
                order by effective_from, is_undone, changed_at, change_id
            ) as was_on
        from numbered
    ),
    inserted as (
        insert into integration.subscription_changes
            (organization_id, user_id, feature, is_on, effective_from, changed_by, changed_at)
        select
            %(organization)s, nullif(user_id, ''), feature, was_on, effective_from,
            %(changed_by)s, %(changed_at)s
        from undone
        where is_undone and is_latest
        order by effective_from
    )
    select distinct user_id, feature, is_latest as is_restored
    from undone
    where is_undone
"""
