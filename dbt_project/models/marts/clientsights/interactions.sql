{{ config(materialized='view') }}

select
    organization_id,
    user_id,
    person_id,
    company_id,
    session_id,
    shared_seconds,
    people_in_session,
    weighted_minutes,
    decayed_minutes,
    met_at
from {{ ref('int_interactions') }}
