select
    organization_id,
    address,
    person_id,
    person_key,
    kind,
    company_id,
    company_key,
    guessed_name,
    corrected_name,
    company_name,
    company_name_source,
    company_skeleton,
    batch
from {{ source('clientsights_raw', 'email_addresses') }}
