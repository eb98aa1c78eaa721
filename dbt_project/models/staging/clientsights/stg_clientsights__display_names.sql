select
    organization_id,
    display_name,
    person_name,
    is_notetaker
from {{ source('clientsights_raw', 'display_names') }}
