select
    organization_id,
    event_id,
    session_id,
    fields ->> 'user_id' as leg_user_id,
    fields ->> 'participant_uuid' as participant_uuid,
    fields ->> 'bind_user_id' as bound_leg_user_id,
    fields ->> 'bind_participant_uuid' as bound_participant_uuid,
    occurred_at
from {{ source('zoom_raw', 'events') }}
where event like '%.participant_bind'
