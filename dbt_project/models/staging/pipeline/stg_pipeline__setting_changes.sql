with

setting_changes as (

    select * from {{ source('pipeline', 'setting_changes') }}

)

select
    organization_id,
    kind,
    subject,
    value,
    zoom_account_id,
    batch,
    changed
from setting_changes
