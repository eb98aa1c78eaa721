{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'int_company_months'}}}) }}

{# A company's month has the number of distinct sessions with any of its people, and how long it was
   met in them. #}

with

actual as (

    select * from {{ ref('int_company_months') }}
    {{ where_looked_at('all', ['organization_id', 'company_id']) }}

),

person_sessions as (

    select * from {{ ref('int_person_sessions') }}
    {{ where_looked_at('all', ['organization_id', 'company_id']) }}

),

company_sessions as (

    select * from {{ ref('int_company_sessions') }}

),

expected as (

    select
        organization_id,
        company_id,
        count(distinct session_id)::integer as session_count,
        (
            select coalesce(sum(company_sessions.met_seconds), 0) from company_sessions
            where company_sessions.organization_id = person_sessions.organization_id
                and company_sessions.company_id = person_sessions.company_id
                and company_sessions.month = person_sessions.month
        ) as met_seconds,
        month,
        min(met_at) as first_met_at,
        max(met_at) as last_met_at
    from person_sessions
    where company_id is not null
    group by organization_id, company_id, month

),

{{ differences(['organization_id', 'company_id', 'month'], [
    'session_count', 'met_seconds', 'first_met_at', 'last_met_at',
]) }}
