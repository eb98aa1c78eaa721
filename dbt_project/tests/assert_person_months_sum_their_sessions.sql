{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'int_person_months'}}}) }}

{# A person's month has the number of their sessions, the first and the last of them, and their
   latest name. #}

with

actual as (

    select * from {{ ref('int_person_months') }}
    {{ where_looked_at('all', ['organization_id', 'person_id']) }}

),

person_sessions as (

    select * from {{ ref('int_person_sessions') }}
    {{ where_looked_at('all', ['organization_id', 'person_id']) }}

),

expected as (

    select
        organization_id,
        person_id,
        (
            array_agg(person_name order by met_at desc, session_id collate "C" desc)
            filter (where person_name is not null)
        )[1] as person_name,
        count(distinct session_id)::integer as session_count,
        month,
        min(met_at) as first_met_at,
        max(met_at) as last_met_at
    from person_sessions
    group by organization_id, person_id, month

),

{{ differences(['organization_id', 'person_id', 'month'], [
    'session_count', 'person_name', 'first_met_at', 'last_met_at',
]) }}
