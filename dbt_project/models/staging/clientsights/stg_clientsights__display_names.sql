with

display_names as (

    select * from {{ source('clientsights_raw', 'display_names') }}

)

select
    organization_id,
    display_name,
    person_name,
    is_notetaker
from display_names
