"""Reads `integration.subscription_changes`: what is on, and the history of one user's switches."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows
from integration.zoom.features import FEATURES


@dataclass(frozen=True)
class SwitchChange:
    """`changed_by_name` is None if the author is not a user of the organization."""

    feature: str
    is_on: bool
    effective_from: datetime
    changed_by: str
    changed_by_name: str | None
    changed_at: datetime


def switch_history(
    connection: psycopg.Connection, *, organization_id: str, user_id: str | None
) -> list[SwitchChange]:
    """The effective-dated switches of all features, the latest first, without overwritten rows."""
    return rows.every(
        connection,
        SwitchChange,
        """
        with applied as (
            select distinct on (feature, effective_from)
                feature, is_on, effective_from, changed_by, changed_at
            from integration.subscription_changes
            where organization_id = %(organization)s and user_id is not distinct from %(user)s
            order by feature, effective_from, changed_at desc, change_id desc
        )
        select
            applied.feature, applied.is_on, applied.effective_from, applied.changed_by,
            users.full_name as changed_by_name, applied.changed_at
        from applied
        left join worksights.users
            on users.organization_id = %(organization)s and users.user_id = applied.changed_by
        order by applied.effective_from desc
        """,
        {"organization": organization_id, "user": user_id},
    )


def features_on(
    connection: psycopg.Connection, *, organization_id: str, user_id: str | None, at: datetime
) -> dict[str, bool]:
    """Feature -> whether it is on at that time by the switches of one user (None: of the
    organization) alone.
    """
    off = rows.scalars(
        connection,
        str,
        "select value from facts.switches_off "
        "where organization_id = %s and subject = %s and valid @> %s::timestamptz",
        [organization_id, user_id or "", at],
    )
    return {feature: feature not in off for feature in FEATURES}


@dataclass(frozen=True)
class Standing:
    """Of one user. `to_switch` are the features that are not yet in the state asked for, in all the
    time asked for. `is_changed_since` means that somebody else has switched one of the features
    since the viewer looked.
    """

    to_switch: list[str]
    is_changed_since: bool


def standings_of(
    connection: psycopg.Connection,
    user_ids: Collection[str],
    features: Collection[str],
    *,
    organization_id: str,
    is_on: bool,
    span: tuple[datetime, datetime],
    seen_at: datetime,
    viewer_id: str,
) -> dict[str, Standing]:
    """How these features of these users are in that span, for a change to `is_on`, in the order of
    their IDs. A user "" is the organization. Of many users few have ever been switched: only those
    are read, and all others have every feature on.
    """
    switched = rows.every(
        connection,
        _Switched,
        """
        with features as (
            select feature from unnest(%(features)s::text[]) as features (feature)
        ),
        switched_off as materialized (
            select subject as user_id, value as feature, valid from facts.switches_off
            where organization_id = %(organization)s
        ),
        since as (
            select distinct coalesce(user_id, '') as user_id, feature
            from integration.subscription_changes
            where organization_id = %(organization)s
                and changed_at > %(seen_at)s
                and changed_by <> %(viewer)s
        ),
        users as (
            select user_id from switched_off
            union
            select user_id from since
        )
        select
            users.user_id,
            coalesce(
                array_agg(features.feature) filter (
                    where case
                        when %(is_on)s then
                            switched_off.valid && tstzrange(%(first)s, %(last)s, '[]')
                        else not coalesce(
                            switched_off.valid @> tstzrange(%(first)s, %(last)s, '[]'), false
                        )
                    end
                ),
                '{}'
            ) as to_switch,
            bool_or(since.user_id is not null) as is_changed_since
        from users
        cross join features
        left join switched_off using (user_id, feature)
        left join since using (user_id, feature)
        group by users.user_id
        """,
        {
            "organization": organization_id,
            "features": [*features],
            "is_on": is_on,
            "first": span[0],
            "last": max(span),
            "seen_at": seen_at,
            "viewer": viewer_id,
        },
    )
    found = {one.user_id: Standing(one.to_switch, one.is_changed_since) for one in switched}
    never_switched = Standing([] if is_on else [*features], is_changed_since=False)
    return {user_id: found.get(user_id, never_switched) for user_id in sorted(user_ids)}


@dataclass(frozen=True)
class _Switched:
    """A user who has a switch, or of whom somebody has switched something."""

    user_id: str
    to_switch: list[str]
    is_changed_since: bool
