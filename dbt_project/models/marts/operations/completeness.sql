{{ config(materialized='view') }}

{# A filter by organization, account and day uses the index on the days of zoom_raw.known_sessions,
   because it is a filter of the groups. #}

select
    known_sessions.organization_id,
    known_sessions.zoom_account_id,
    known_sessions.day,
    known_sessions.feature,
    count(*) as known,
    count(*) filter (where sessions.end_source <> 'api') as received,
    count(*) filter (where sessions.end_source = 'api') as healed,
    count(*) filter (where sessions.session_id is null) as missing
from {{ ref('stg_zoom__known_sessions') }} as known_sessions
left join {{ ref('sessions') }} as sessions
    on sessions.organization_id = known_sessions.organization_id
    and sessions.session_id = known_sessions.session_id
group by
    known_sessions.organization_id,
    known_sessions.zoom_account_id,
    known_sessions.day,
    known_sessions.feature
