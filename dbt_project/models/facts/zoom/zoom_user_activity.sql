{# Contract, 5.4: when a Zoom user was active. #}

with

-- Of observations at the same time, active wins.
versions as (

    select distinct on (organization_id, zoom_account_id, zoom_user_id, known_from)
        organization_id,
        zoom_account_id,
        zoom_user_id,
        is_active,
        is_event,
        known_from
    from {{ ref('zoom_user_activity_observations') }}
    order by
        organization_id, zoom_account_id, zoom_user_id, known_from, is_active desc, is_event desc

),

intervals as (

    select
        organization_id,
        zoom_account_id,
        zoom_user_id,
        row_number() over versions_of_user as number,
        is_active,
        is_event,
        known_from,
        lead(known_from) over versions_of_user as known_until
    from versions
    window versions_of_user as (
        partition by organization_id, zoom_account_id, zoom_user_id order by known_from
    )

),

active as (

    select
        organization_id,
        zoom_account_id,
        zoom_user_id,
        tstzrange(known_from, known_until) as valid
    from intervals
    where is_active
    union all
    -- Before the first observation: the opposite of an event, the same as an import.
    select
        organization_id, zoom_account_id, zoom_user_id, tstzrange(null, known_from) as valid
    from intervals
    where number = 1 and is_active <> is_event

)

select
    organization_id,
    'zoom_user_active' as kind,
    zoom_user_id as subject,
    '' as value,
    zoom_account_id,
    range_agg(valid) as valid
from active
group by organization_id, zoom_user_id, zoom_account_id
