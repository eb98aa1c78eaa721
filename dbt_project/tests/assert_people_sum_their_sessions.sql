{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'people'}}}) }}

{# Every external person who took part in a session is shown, with the number of their sessions; the
   name is the corrected one, their latest one, or the guess. #}

with

actual as (

    select * from {{ ref('people') }}
    {{ where_looked_at('all', ['organization_id', 'person_id']) }}

),

person_sessions as (

    select * from {{ ref('int_person_sessions') }}
    {{ where_looked_at('all', ['organization_id', 'person_id']) }}

),

person_months as (

    select * from {{ ref('int_person_months') }}

),

email_addresses as (

    select * from {{ ref('stg_clientsights__email_addresses') }}
    where person_id is not null

),

identities as (

    select distinct
        organization_id,
        person_id,
        person_key,
        kind,
        company_id,
        guessed_name,
        corrected_name
    from email_addresses

),

names as (

    select distinct on (organization_id, person_id)
        organization_id,
        person_id,
        person_name
    from person_months
    where person_name is not null
    order by organization_id, person_id, month desc

),

met_people as (

    select
        organization_id,
        person_id,
        count(distinct session_id)::integer as session_count,
        min(met_at) as first_met_at,
        max(met_at) as last_met_at
    from person_sessions
    group by organization_id, person_id

),

expected as (

    select
        met_people.organization_id,
        met_people.person_id,
        identities.company_id,
        identities.person_key as email,
        coalesce(identities.corrected_name, names.person_name, identities.guessed_name)
            as display_name,
        case
            when identities.corrected_name is not null then 'override'
            when names.person_name is not null then 'zoom'
            else 'guess'
        end as name_source,
        identities.kind,
        met_people.session_count,
        met_people.first_met_at,
        met_people.last_met_at
    from met_people
    left join identities using (organization_id, person_id)
    left join names using (organization_id, person_id)

),

{{ differences(['organization_id', 'person_id'], [
    'company_id', 'email', 'display_name', 'name_source', 'kind', 'session_count', 'first_met_at',
    'last_met_at',
]) }}
