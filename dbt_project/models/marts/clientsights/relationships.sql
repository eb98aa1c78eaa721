{{ config(materialized='view') }}

{# Strength and grade are those of the moment of the query; the sum under them never fades. #}

with

relationships as (

    select * from {{ ref('int_relationships') }}

),

graded as (

    select
        organization_id,
        user_id,
        person_id,
        session_count,
        shared_seconds,
        decayed_minutes,
        clientsights.strength_at(decayed_minutes, now()) as strength,
        first_met_at,
        last_met_at
    from relationships

)

select
    organization_id,
    user_id,
    person_id,
    clientsights.grade_of(strength) as grade,
    session_count,
    shared_seconds,
    decayed_minutes,
    strength,
    first_met_at,
    last_met_at
from graded
