select
    organization_id,
    name,
    created_at
from {{ source('worksights', 'organizations') }}
