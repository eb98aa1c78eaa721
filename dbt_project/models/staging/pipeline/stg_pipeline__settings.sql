select
    organization_id,
    kind,
    subject,
    value,
    zoom_account_id,
    valid
from {{ source('pipeline', 'settings') }}
