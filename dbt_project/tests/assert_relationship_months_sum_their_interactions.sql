{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'int_relationship_months'}}}) }}

{# A month of a user and a person is the sum of the meetings in which they met. #}

with

actual as (

    select * from {{ ref('int_relationship_months') }}
    {{ where_looked_at('all', ['organization_id', 'user_id', 'person_id']) }}

),

interactions as (

    select * from {{ ref('int_interactions') }}
    {{ where_looked_at('all', ['organization_id', 'user_id', 'person_id']) }}

),

expected as (

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

),

{{ differences(['organization_id', 'user_id', 'person_id', 'month'], [
    'session_count', 'shared_seconds', 'decayed_minutes', 'first_met_at', 'last_met_at',
]) }}
