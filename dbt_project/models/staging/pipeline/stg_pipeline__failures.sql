select
    organization_id,
    scope ->> 'session_id' as session_id,
    scope ->> 'user_id' as user_id,
    scope ->> 'person_id' as person_id,
    scope ->> 'company_id' as company_id,
    model,
    error,
    batch,
    (scope ->> 'month')::date as month,
    (scope ->> 'day')::date as day,
    failed_at
from {{ source('derivation', 'failures') }}
