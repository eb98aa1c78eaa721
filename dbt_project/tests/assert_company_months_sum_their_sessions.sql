{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'int_company_months'}}}) }}

{# A company's month has the number of distinct sessions with any of its people. #}

with

actual as (

    select * from {{ ref('int_company_months') }}
    {{ where_looked_at('all', ['organization_id', 'company_id']) }}

),

person_sessions as (

    select * from {{ ref('int_person_sessions') }}
    {{ where_looked_at('all', ['organization_id', 'company_id']) }}

),

expected as (

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

),

{{ differences(['organization_id', 'company_id', 'month'], [
    'session_count', 'first_met_at', 'last_met_at',
]) }}
