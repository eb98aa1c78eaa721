{{ config(materialized='view') }}

with

interactions as (

    select * from {{ ref('int_interactions') }}

)

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
from interactions
