{{ config(materialized='view') }}

{# Strength and grade are those of the moment of the query; the sum under them never fades. #}

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
from {{ ref('int_relationships') }} as relationships
cross join lateral (
    select clientsights.strength_at(relationships.decayed_minutes, now()) as strength
) as graded
