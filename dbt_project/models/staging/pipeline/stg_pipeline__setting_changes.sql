select
    organization_id,
    kind,
    subject,
    value,
    zoom_account_id,
    batch,
    changed
from {{ source('pipeline', 'setting_changes') }}
