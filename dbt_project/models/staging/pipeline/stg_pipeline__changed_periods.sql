select
    organization_id,
    user_id,
    person_id,
    company_id,
    batch,
    month,
    day
from {{ source('pipeline', 'changed_periods') }}
