select
    organization_id,
    zoom_account_id,
    session_id,
    feature,
    (ended_at at time zone 'UTC')::date as day
from {{ source('zoom_raw', 'known_sessions') }}
