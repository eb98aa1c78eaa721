{{ config(
    unique_key=['organization_id', 'company_id', 'month'],
    indexes=[{'columns': ['organization_id', 'company_id', 'month'], 'unique': true}],
) }}
{{ change_set(
    'changed', ['organization_id', 'company_id', 'month'], all_of='int_person_sessions'
) }}

with

person_sessions as (

    select * from {{ ref('int_person_sessions') }}
    {{ where_news() }}

),

company_sessions as (

    select * from {{ ref('int_company_sessions') }}
    {{ where_news() }}

),

met as (

    select
        organization_id,
        company_id,
        sum(met_seconds)::bigint as met_seconds,
        month
    from company_sessions
    group by organization_id, company_id, month

),

present as (

    select
        organization_id,
        company_id,
        count(distinct session_id)::integer as session_count,
        month,
        min(met_at) as first_met_at,
        max(met_at) as last_met_at
    from person_sessions
    where company_id is not null
    group by organization_id, company_id, month

)

select
    present.organization_id,
    present.company_id,
    present.session_count,
    coalesce(met.met_seconds, 0) as met_seconds,
    present.month,
    present.first_met_at,
    present.last_met_at
from present
left join met using (organization_id, company_id, month)
