select
    organization_id,
    event_id,
    session_id,
    zoom_account_id,
    event,
    batch,
    occurred_at,
    first_received_at
from {{ source('zoom_raw', 'events') }}
