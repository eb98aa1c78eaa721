{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'completeness'}}}) }}

{# Each session that is counted is known, is counted once, and in one of the three. #}

with

completeness as (

    select * from {{ ref('completeness') }}

),

known_sessions as (

    select
        organization_id,
        zoom_account_id,
        day,
        feature,
        count(*) as sessions
    from {{ ref('stg_zoom__known_sessions') }}
    group by organization_id, zoom_account_id, day, feature

),

compared as (

    select
        completeness.organization_id,
        completeness.day,
        case
            when completeness.known > coalesce(known_sessions.sessions, 0)
                then 'a session is counted twice'
            when completeness.received + completeness.healed + completeness.missing
                <> completeness.known
                then 'received, healed and missing do not add up'
        end as what_is_wrong
    from completeness
    left join known_sessions using (organization_id, zoom_account_id, day, feature)

)

select
    organization_id,
    day,
    what_is_wrong
from compared
where what_is_wrong is not null
