{{ config(materialized='view') }}

{# Strength and grade are computed at the time of the query; the stored sum never decays. #}

select
    relationships.organization_id,
    relationships.user_id,
    relationships.person_id,
    {{ function('grade_of') }}(graded.strength) as grade,
    relationships.session_count,
    relationships.shared_seconds,
    relationships.decayed_minutes,
    graded.strength,
    relationships.first_met_at,
    relationships.last_met_at
from {{ ref('int_relationships') }} as relationships
cross join lateral (
    select {{ function('strength_at') }}(relationships.decayed_minutes, now()) as strength
) as graded
