{# Contract, 5.4: Zoom users' emails and names as imports and user events gave them, and when. #}

with

user_events as not materialized (

    select
        organization_id,
        zoom_account_id,
        fields ->> 'zoom_user_id' as zoom_user_id,
        lower((fields ->> 'email') collate "C") collate "default" as email,
        coalesce(
            fields ->> 'display_name',
            nullif(concat_ws(' ', fields ->> 'first_name', fields ->> 'last_name'), '')
        ) as display_name,
        occurred_at
    from {{ source('zoom_raw', 'events') }}
    where event in ('user.created', 'user.updated', 'user.activated')

),

listed_users as not materialized (

    select
        organization_id,
        zoom_account_id,
        zoom_user_id,
        lower(email collate "C") collate "default" as email,
        coalesce(display_name, nullif(concat_ws(' ', first_name, last_name), '')) as display_name,
        is_listed,
        imported_at
    from {{ source('zoom_raw', 'users') }}

),

-- The first import after an event observes the user again, although it adds no row.
observed_again as (

    select
        user_events.organization_id,
        user_events.zoom_account_id,
        user_events.zoom_user_id,
        listed.email,
        listed.display_name,
        next_import.imported_at
    from user_events
    cross join lateral (
        select imports.imported_at
        from {{ source('zoom_raw', 'imports') }} as imports
        where imports.organization_id = user_events.organization_id
            and imports.zoom_account_id = user_events.zoom_account_id
            and imports.imported_at > user_events.occurred_at
        order by imports.imported_at
        limit 1
    ) as next_import
    cross join lateral (
        select listed_users.email, listed_users.display_name, listed_users.is_listed
        from listed_users
        where listed_users.organization_id = user_events.organization_id
            and listed_users.zoom_account_id = user_events.zoom_account_id
            and listed_users.zoom_user_id = user_events.zoom_user_id
            and listed_users.imported_at <= next_import.imported_at
        order by listed_users.imported_at desc
        limit 1
    ) as listed
    where listed.is_listed

)

select
    organization_id,
    zoom_account_id,
    zoom_user_id,
    'import' as source,
    email,
    display_name,
    imported_at as known_from
from listed_users
where is_listed
union all
select
    organization_id, zoom_account_id, zoom_user_id, 'event' as source, email, display_name,
    occurred_at
from user_events
union all
select
    organization_id, zoom_account_id, zoom_user_id, 'import' as source, email, display_name,
    imported_at
from observed_again
