select
    organization_id,
    session_id,
    batch
from {{ source('pipeline', 'deleted_sessions') }}
