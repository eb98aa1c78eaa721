{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'company_relationships'}}}) }}

{# The relationship of a user and a company is the sum of its months. #}

with

actual as (

    select * from {{ ref('company_relationships') }}
    {{ where_looked_at('all', ['organization_id', 'user_id', 'company_id']) }}

),

relationship_months as (

    select * from {{ ref('int_company_relationship_months') }}
    {{ where_looked_at('all', ['organization_id', 'user_id', 'company_id']) }}

),

expected as (

    select
        organization_id,
        user_id,
        company_id,
        sum(session_count)::integer as session_count,
        sum(shared_seconds)::bigint as shared_seconds,
        sum(decayed_minutes order by month) as decayed_minutes,
        min(first_met_at) as first_met_at,
        max(last_met_at) as last_met_at
    from relationship_months
    group by organization_id, user_id, company_id

),

{{ differences(['organization_id', 'user_id', 'company_id'], [
    'session_count', 'shared_seconds', 'decayed_minutes', 'first_met_at', 'last_met_at',
]) }}
