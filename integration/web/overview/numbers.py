"""The key figures of the Overview page: Zoom users, mappings and features."""

from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.explain.phone_licenses import ACCOUNTS_WITH_LICENSES
from integration.web.users.found import with_found
from integration.zoom.features import FEATURES


@dataclass(frozen=True)
class PeopleCounts:
    """Counts of the organization's Zoom users. `unmapped` are the active ones of connected accounts
    without a mapping, and nobody has reviewed `unreviewed` of these. `waiting` are not reviewed
    either, although `entries_waiting` of their sessions could be entries. `subscribed` maps a
    feature to the number of mapped, active WorkSights users with the feature on; `with_phone` of
    those with phone calls on have a Zoom Phone license, or None if Zoom does not say who has one.
    """

    zoom_users: int
    mapped: int
    manual: int
    unmapped: int
    waiting: int
    entries_waiting: int
    subscribed: dict[str, int]
    with_phone: int | None = None
    unreviewed: int = 0


def count_people(connection: psycopg.Connection, *, organization_id: str) -> PeopleCounts:
    return rows.one(
        connection,
        PeopleCounts,
        with_found(connection, by_entries=True) + _PEOPLE,
        {
            "organization": organization_id,
            "zoom_user": None,
            "search": "",
            "features": list(FEATURES),
        },
    )


_PEOPLE = SQL("""
    , subscribers as (
        select
            users.user_id, bool_or(found.has_phone) as has_phone,
            bool_or(found.zoom_account_id in ({accounts})) as is_license_known
        from found
        inner join worksights.users
            on users.organization_id = %(organization)s and users.user_id = found.user_id
        where users.deactivated_at is null
        group by users.user_id
    ),
    switched_off as materialized (
        select subject as user_id, value as feature from facts.switches_off
        where organization_id = %(organization)s and valid @> now()
    ),
    subscribed as (
        select
            features.feature,
            count(*) filter (where for_all.feature is null and own.feature is null) as users,
            count(*) filter (
                where for_all.feature is null and own.feature is null and subscribers.has_phone
            ) as with_phone,
            bool_or(subscribers.is_license_known) as is_license_known
        from unnest(%(features)s::text[]) as features (feature)
        cross join subscribers
        left join switched_off as for_all
            on for_all.user_id = '' and for_all.feature = features.feature
        left join switched_off as own
            on own.user_id = subscribers.user_id and own.feature = features.feature
        group by features.feature
    ),
    in_use as materialized (
        select distinct zoom_account_id from integration.connections
        where organization_id = %(organization)s and disconnected_at is null
    ),
    judged as (
        select
            found.user_id, found.mapping, found.entries_waiting,
            found.mapping = 'unmapped' and not found.is_waiting
                and found.status is distinct from 'inactive'
                and found.zoom_account_id in (select zoom_account_id from in_use) as is_unmapped,
            reviewed.zoom_user_id is not null as is_reviewed
        from found
        left join integration.reviewed_zoom_users as reviewed
            on reviewed.organization_id = %(organization)s
            and reviewed.zoom_user_id = found.zoom_user_id
    )
    select
        count(*) as zoom_users,
        count(*) filter (where user_id is not null) as mapped,
        count(*) filter (where mapping in ('manual', 'nobody')) as manual,
        count(*) filter (where is_unmapped) as unmapped,
        count(*) filter (where is_unmapped and not is_reviewed) as unreviewed,
        count(*) filter (where entries_waiting > 0 and not is_reviewed) as waiting,
        coalesce(sum(entries_waiting) filter (where not is_reviewed), 0)::bigint
            as entries_waiting,
        (
            select coalesce(jsonb_object_agg(feature, users), '{{}}') from subscribed
        ) as subscribed,
        (
            select with_phone from subscribed
            where feature = 'phone' and users > 0 and is_license_known
        ) as with_phone
    from judged
""").format(accounts=ACCOUNTS_WITH_LICENSES)
