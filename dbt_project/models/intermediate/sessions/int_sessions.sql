{{ config(materialized='view') }}

{# Every session of any feature; sessions that have not ended have no `ended_at`. #}

select
    organization_id,
    session_id,
    zoom_account_id,
    zoom_uuid,
    zoom_meeting_id,
    host_zoom_user_id,
    feature,
    topic,
    session_type,
    title_words,
    end_source,
    true as is_answered,
    started_at,
    ended_at,
    due_at,
    last_event_at
from {{ ref('int_meeting_sessions') }}
union all
select
    organization_id,
    session_id,
    zoom_account_id,
    call_id as zoom_uuid,
    null as zoom_meeting_id,
    null as host_zoom_user_id,
    'phone' as feature,
    null as topic,
    'call' as session_type,
    null as title_words,
    case when is_from_api then 'api' else 'event' end as end_source,
    is_answered,
    started_at,
    ended_at,
    null as due_at,
    last_event_at
from {{ ref('int_call_sessions') }}
