{# Contract, 5.4: the emails and names of Zoom users, each with the periods in which it applies.
   The first one also applies before it was known. #}

with

facts as (

    select
        organization_id,
        zoom_account_id,
        zoom_user_id,
        source,
        'zoom_user_email' as kind,
        email as value,
        known_from
    from {{ ref('zoom_user_observations') }}
    where email is not null
    union all
    select
        organization_id, zoom_account_id, zoom_user_id, source, 'zoom_user_name' as kind,
        left(display_name, 512) as value,  -- it becomes part of a key, whose size is limited
        known_from
    from {{ ref('zoom_user_observations') }}
    where display_name is not null

),

-- Of observations at the same time the event's counts, then the greatest text: their order of
-- arrival must not matter.
versions as (

    select distinct on (organization_id, kind, zoom_account_id, zoom_user_id, known_from)
        organization_id,
        kind,
        zoom_account_id,
        zoom_user_id,
        value,
        known_from
    from facts
    order by
        organization_id, kind, zoom_account_id, zoom_user_id, known_from,
        source = 'event' desc, value collate "C" desc

),

intervals as (

    select
        organization_id,
        kind,
        zoom_account_id,
        zoom_user_id,
        value,
        tstzrange(
            case when row_number() over versions_of_user > 1 then known_from end,
            lead(known_from) over versions_of_user
        ) as valid
    from versions
    window versions_of_user as (
        partition by organization_id, kind, zoom_account_id, zoom_user_id order by known_from
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
group by organization_id, kind, zoom_user_id, value, zoom_account_id
