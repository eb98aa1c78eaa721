{# Contract, 5.4: whether a Zoom user was active, according to user events, to imports, and to their
   absence from complete imports. #}

with

user_events as (

    select
        organization_id,
        zoom_account_id,
        fields ->> 'zoom_user_id' as zoom_user_id,
        event in ('user.created', 'user.activated') as is_active,
        occurred_at
    from {{ source('zoom_raw', 'events') }}
    where event in (
            'user.created', 'user.activated',
            'user.deactivated', 'user.deleted', 'user.disassociated'
        )

),

-- From one version of a user to the next. Before the first one, imports did not list them.
listings as (

    select
        organization_id,
        zoom_account_id,
        zoom_user_id,
        is_listed,
        coalesce(status, '') <> 'inactive' as is_active,
        imported_at as seen_from,
        coalesce(
            lead(imported_at) over (
                partition by organization_id, zoom_account_id, zoom_user_id order by imported_at
            ),
            'infinity'
        ) as seen_until
    from {{ source('zoom_raw', 'users') }}
    union all
    select
        organization_id, zoom_account_id, zoom_user_id, false as is_listed, false as is_active,
        '-infinity' as seen_from, min(imported_at) as seen_until
    from {{ source('zoom_raw', 'users') }}
    group by organization_id, zoom_account_id, zoom_user_id
    union all
    select distinct
        user_events.organization_id, user_events.zoom_account_id, user_events.zoom_user_id,
        false as is_listed, false as is_active,
        '-infinity'::timestamptz as seen_from, 'infinity'::timestamptz as seen_until
    from user_events
    where not exists (
            select from {{ source('zoom_raw', 'users') }} as users
            where users.organization_id = user_events.organization_id
                and users.zoom_account_id = user_events.zoom_account_id
                and users.zoom_user_id = user_events.zoom_user_id
        )

),

-- A version counts again in the first import after an event, although that import adds no row.
-- Someone whom imports no longer list, or do not list yet, is inactive from the first complete one
-- on.
sought as (

    select
        organization_id,
        zoom_account_id,
        zoom_user_id,
        is_listed,
        is_active,
        seen_from,
        seen_until
    from listings
    where not is_listed
    union all
    select
        listings.organization_id, listings.zoom_account_id, listings.zoom_user_id,
        listings.is_listed, listings.is_active, user_events.occurred_at as seen_from,
        listings.seen_until
    from listings
    inner join user_events
        on user_events.organization_id = listings.organization_id
        and user_events.zoom_account_id = listings.zoom_account_id
        and user_events.zoom_user_id = listings.zoom_user_id
        and user_events.occurred_at >= listings.seen_from
        and user_events.occurred_at < listings.seen_until

)

select
    organization_id,
    zoom_account_id,
    zoom_user_id,
    is_active,
    true as is_event,
    occurred_at as known_from
from user_events
union all
select
    organization_id, zoom_account_id, zoom_user_id, is_active, false as is_event,
    seen_from as known_from
from listings
where is_listed
union all
select
    sought.organization_id, sought.zoom_account_id, sought.zoom_user_id,
    sought.is_listed and sought.is_active as is_active, false as is_event,
    next_import.imported_at as known_from
from sought
cross join lateral (
    select imports.imported_at
    from {{ source('zoom_raw', 'imports') }} as imports
    where imports.organization_id = sought.organization_id
        and imports.zoom_account_id = sought.zoom_account_id
        and imports.imported_at >= sought.seen_from
        and imports.imported_at < sought.seen_until
        and (sought.is_listed or imports.is_complete)
    order by imports.imported_at
    limit 1
) as next_import
