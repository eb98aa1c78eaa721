{{ config(
    unique_key=['organization_id', 'user_id', 'company_id', 'month'],
    indexes=[
        {'columns': ['organization_id', 'user_id', 'company_id', 'month'], 'unique': true},
    ],
) }}
{{ change_set(
    'changed', ['organization_id', 'user_id', 'company_id', 'month'], all_of='int_interactions'
) }}

{# If several people from one company are in one session, the one with the largest weight counts for
   the relationship, and the session and its time count once. #}

with

interactions as (

    select * from {{ ref('int_interactions') }}
    {{ where_news() }}

),

sessions_with_company as (

    select
        organization_id,
        session_id,
        user_id,
        company_id,
        (
            array_agg(
                decayed_minutes
                order by weighted_minutes desc, decayed_minutes desc, person_id collate "C"
            )
        )[1] as decayed_minutes,
        month,
        min(met_at) as met_at,
        range_agg(shared) as shared
    from interactions
    where company_id is not null
    group by organization_id, session_id, user_id, company_id, month

)

select
    organization_id,
    user_id,
    company_id,
    count(*)::integer as session_count,
    sum({{ seconds_of('shared') }})::bigint as shared_seconds,
    sum(decayed_minutes order by session_id collate "C") as decayed_minutes,
    month,
    min(met_at) as first_met_at,
    max(met_at) as last_met_at
from sessions_with_company
group by organization_id, user_id, company_id, month
