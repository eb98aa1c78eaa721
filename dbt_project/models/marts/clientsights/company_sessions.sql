{{ config(materialized='view') }}

select
    organization_id,
    company_id,
    session_id,
    user_count,
    person_count,
    met_seconds,
    met_at
from {{ ref('int_company_sessions') }}
