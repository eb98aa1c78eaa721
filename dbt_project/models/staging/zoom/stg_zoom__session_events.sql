select
    organization_id,
    event_id,
    session_id,
    zoom_account_id,
    fields ->> 'zoom_uuid' as zoom_uuid,
    fields ->> 'zoom_meeting_id' as zoom_meeting_id,
    fields ->> 'host_zoom_user_id' as host_zoom_user_id,
    split_part(event, '.', 1) || 's' as feature,
    event,
    case when event like '%.participant_%' then fields ->> 'user_id' end as leg_user_id,
    fields ->> 'participant_uuid' as participant_uuid,
    fields ->> 'topic' as topic,
    fields ->> 'type' as type_code,
    batch,
    event like '%.ended' as is_end,
    event like '%.participant_joined%' as is_join,
    event like '%.participant_left%' as is_leave,
    event like '%_breakout_room' as is_breakout,
    source = 'api' as is_from_api,
    occurred_at,
    (fields ->> 'started_at')::timestamptz as started_at,
    first_received_at
from {{ source('zoom_raw', 'events') }}
where (event like 'meeting.%' or event like 'webinar.%')
    -- A bind determines no time and no other fact of the session (contract, 5.4).
    and event not like '%.participant_bind'
