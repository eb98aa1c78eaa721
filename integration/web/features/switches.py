"""Reads and writes `integration.subscription_changes`: features switched on and off."""

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


def switch_feature(
    connection: psycopg.Connection,
    feature: str,
    *,
    organization_id: str,
    user_id: str | None,
    is_on: bool,
    effective_from: datetime,
    changed_by: str,
) -> None:
    """Switches a feature for one user (None: for the organization), effective from that time on.

    Of rows with the same time, the one inserted last applies. So this also overwrites all changes
    between that time and now; otherwise the earliest of them would end this one.
    """
    connection.execute(
        """
        insert into integration.subscription_changes
            (organization_id, user_id, feature, is_on, effective_from, changed_by)
        select
            %(organization)s, %(user)s, %(feature)s, %(is_on)s, moments.effective_from,
            %(changed_by)s
        from (
            select %(effective_from)s as effective_from
            union
            select effective_from from integration.subscription_changes
            where organization_id = %(organization)s
                and user_id is not distinct from %(user)s
                and feature = %(feature)s
                and effective_from > %(effective_from)s and effective_from <= now()
        ) as moments
        order by moments.effective_from
        """,
        {
            "organization": organization_id,
            "user": user_id,
            "feature": feature,
            "is_on": is_on,
            "effective_from": effective_from,
            "changed_by": changed_by,
        },
    )


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
