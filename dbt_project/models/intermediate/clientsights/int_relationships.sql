{{ config(
    unique_key=['organization_id', 'user_id', 'person_id'],
    indexes=[
        {'columns': ['organization_id', 'user_id', 'person_id'], 'unique': true},
        {'columns': [
            'organization_id', 'person_id', 'decayed_minutes', 'user_id', 'shared_seconds'
        ]},
    ],
) }}
{{ change_set(
    'changed', ['organization_id', 'user_id', 'person_id'], all_of='int_relationship_months'
) }}

{# The index on the person covers all that the page reads of thousands of relationships. #}

with

relationship_months as (

    select * from {{ ref('int_relationship_months') }}
    {{ where_news() }}

)

select
    organization_id,
    user_id,
    person_id,
    sum(session_count)::integer as session_count,
    sum(shared_seconds)::bigint as shared_seconds,
    sum(decayed_minutes order by month) as decayed_minutes,
    min(first_met_at) as first_met_at,
    max(last_met_at) as last_met_at
from relationship_months
group by organization_id, user_id, person_id
