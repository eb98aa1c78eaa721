select
    organization_id,
    event_id,
    session_id,
    fields ->> 'user_id' as leg_user_id,
    fields ->> 'parent_user_id' as parent_user_id,
    fields ->> 'participant_uuid' as participant_uuid,
    fields ->> 'zoom_user_id' as zoom_user_id,
    fields ->> 'registrant_id' as registrant_id,
    fields ->> 'customer_key' as customer_key,
    lower((fields ->> 'email') collate "C") collate "default" as email,
    fields ->> 'display_name' as display_name,
    event like '%_breakout_room' as is_breakout,
    event like '%.participant_left%' as is_leave,
    coalesce((fields ->> 'left_waiting_room')::boolean, false) as left_waiting_room,
    source = 'api' as is_from_api,
    occurred_at
from {{ source('zoom_raw', 'events') }}
where event like '%.participant_joined%' or event like '%.participant_left%'
