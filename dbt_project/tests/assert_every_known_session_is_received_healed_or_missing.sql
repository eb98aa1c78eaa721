{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'completeness'}}}) }}

{# Each session that Zoom knows is counted once, in one of the three. #}

with

completeness as (

    select
        organization_id,
        sum(known) as known,
        sum(received + healed + missing) as counted
    from {{ ref('completeness') }}
    group by organization_id

),

known_sessions as (

    select
        organization_id,
        count(*) as sessions
    from {{ ref('stg_zoom__known_sessions') }}
    group by organization_id

),

compared as (

    select
        known_sessions.organization_id,
        case
            when coalesce(completeness.known, 0) <> known_sessions.sessions
                then 'not every session is counted once'
            when completeness.counted <> completeness.known
                then 'received, healed and missing do not add up'
        end as what_is_wrong
    from known_sessions
    left join completeness on completeness.organization_id = known_sessions.organization_id

)

select
    organization_id,
    what_is_wrong
from compared
where what_is_wrong is not null
