select
    organization_id,
    event_id,
    session_id,
    zoom_account_id,
    fields ->> 'call_id' as call_id,
    event,
    case when event like 'phone.caller_%' then 'caller' else 'callee' end as reported_by,
    fields ->> 'generation' as generation,  -- of a record; null for live events
    fields ->> 'result' as result,
    lower((fields ->> 'segment_event') collate "C") collate "default" as segment_event,
    fields ->> 'owner_zoom_user_id' as owner_zoom_user_id,
    {% for side in ['caller', 'callee'] -%}
    {% for fact in ['user_id', 'extension_id', 'extension_number', 'phone_number', 'name'] -%}
    fields ->> '{{ side }}_{{ fact }}' as {{ side }}_{{ fact }},
    {% endfor -%}
    lower((fields ->> '{{ side }}_email') collate "C") collate "default"
        as {{ side }}_email,
    {% endfor -%}
    fields ->> 'erased_callee' as erased_callee,
    (fields ->> 'duration')::numeric as record_seconds,
    batch,
    occurred_at,
    coalesce(fields ->> 'ringing_start_time', fields ->> 'started_at')::timestamptz as began_at,
    coalesce(fields ->> 'answer_start_time', fields ->> 'answered_at')::timestamptz as answered_at,
    coalesce(fields ->> 'call_end_time', fields ->> 'ended_at')::timestamptz as ended_at
from {{ source('zoom_raw', 'events') }}
where event like 'phone.%'
