{{ config(materialized='view') }}

{# Filters by organization, account and day use the indexes of zoom_raw.healed_days and
   zoom_raw.known_sessions, because they are filters of the groups. #}

{%- set has_end -%}
    sessions.session_id is not null
    or all_sessions.due_at is null
    or all_sessions.ended_at is not null
{%- endset %}

select
    healed_days.organization_id,
    healed_days.zoom_account_id,
    healed_days.day,
    healed_days.feature,
    count(known_sessions.session_id) filter (where {{ has_end }}) as known,
    count(sessions.session_id) filter (where all_sessions.is_healed is not true) as received,
    count(sessions.session_id) filter (where all_sessions.is_healed) as healed,
    count(known_sessions.session_id) filter (
        where sessions.session_id is null and ({{ has_end }})
    ) as missing
from {{ ref('stg_zoom__healed_days') }} as healed_days
-- A batch that started later has landed what healing found.
inner join (
    select max(batch) as batch from {{ ref('stg_pipeline__batches') }}
    where finished_at is not null
) as last_batch on last_batch.batch > healed_days.compared_after_batch
left join {{ ref('stg_zoom__known_sessions') }} as known_sessions
    on known_sessions.day = healed_days.day
    and known_sessions.organization_id = healed_days.organization_id
    and known_sessions.zoom_account_id = healed_days.zoom_account_id
    and known_sessions.feature = healed_days.feature
left join {{ ref('sessions') }} as sessions
    on sessions.organization_id = known_sessions.organization_id
    and sessions.session_id = known_sessions.session_id
-- Not int_sessions: as a view that pages read, it has no rows for all organizations together.
left join (
    select
        organization_id,
        session_id,
        is_healed,
        ended_at,
        due_at
    from {{ ref('int_meeting_sessions') }}
    union all
    select
        organization_id,
        session_id,
        is_healed,
        ended_at,
        null as due_at
    from {{ ref('int_call_sessions') }}
) as all_sessions
    on all_sessions.organization_id = known_sessions.organization_id
    and all_sessions.session_id = known_sessions.session_id
group by
    healed_days.organization_id,
    healed_days.zoom_account_id,
    healed_days.day,
    healed_days.feature
