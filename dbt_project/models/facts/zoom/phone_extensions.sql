{# Contract, 5.4: whose extension each one was, according to imports. A user's first extension also
   applies before it was known. #}

with

facts as (

    select
        organization_id,
        zoom_account_id,
        zoom_user_id,
        'phone_extension_id' as kind,
        extension_id as value,
        imported_at
    from {{ source('zoom_raw', 'phone_users') }}
    union all
    select
        organization_id, zoom_account_id, zoom_user_id, 'phone_extension_number' as kind,
        extension_number as value, imported_at
    from {{ source('zoom_raw', 'phone_users') }}

),

intervals as (

    select
        organization_id,
        kind,
        zoom_account_id,
        zoom_user_id,
        value,
        tstzrange(
            case when row_number() over versions_of_user > 1 then imported_at end,
            lead(imported_at) over versions_of_user
        ) as valid
    from facts
    window versions_of_user as (
        partition by organization_id, kind, zoom_account_id, zoom_user_id order by imported_at
    )

)

select
    organization_id,
    kind,
    zoom_user_id as subject,
    value,
    zoom_account_id,
    range_agg(valid) as valid
from intervals
where value is not null
group by organization_id, kind, zoom_user_id, value, zoom_account_id
