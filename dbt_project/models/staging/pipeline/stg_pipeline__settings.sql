with

settings as (

    select * from {{ source('pipeline', 'settings') }}

)

select
    organization_id,
    kind,
    subject,
    value,
    zoom_account_id,
    valid
from settings
