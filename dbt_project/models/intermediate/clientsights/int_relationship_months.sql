{{ config(
    unique_key=['organization_id', 'user_id', 'person_id', 'month'],
    indexes=[
        {'columns': ['organization_id', 'user_id', 'person_id', 'month'], 'unique': true},
    ],
) }}
{{ change_set(
    'changed', ['organization_id', 'user_id', 'person_id', 'month'], all_of='int_interactions'
) }}

{# Terms are summed in one fixed order, so that a rebuild gives the same bits. #}

with

interactions as (

    select * from {{ ref('int_interactions') }}
    {{ where_news() }}

)

select
    organization_id,
    user_id,
    person_id,
    count(*)::integer as session_count,
    sum(shared_seconds)::bigint as shared_seconds,
    sum(decayed_minutes order by session_id collate "C") as decayed_minutes,
    month,
    min(met_at) as first_met_at,
    max(met_at) as last_met_at
from interactions
group by organization_id, user_id, person_id, month
