{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'companies'}}}) }}

{# Every company with people who took part in a session is shown, with the number of these sessions
   and of its people of kind `human`, and how long it was met. #}

with

actual as (

    select * from {{ ref('companies') }}
    {{ where_looked_at('all', ['organization_id', 'company_id']) }}

),

person_sessions as (

    select * from {{ ref('int_person_sessions') }}
    {{ where_looked_at('all', ['organization_id', 'company_id']) }}

),

people as (

    select * from {{ ref('people') }}
    where kind = 'human'

),

email_addresses as (

    select * from {{ ref('stg_clientsights__email_addresses') }}
    where company_id is not null

),

identities as (

    select distinct
        organization_id,
        company_id,
        company_key,
        company_name,
        company_name_source,
        company_skeleton
    from email_addresses

),

people_counts as (

    select
        organization_id,
        company_id,
        count(*)::integer as person_count
    from people
    group by organization_id, company_id

),

company_sessions as (

    select * from {{ ref('company_sessions') }}

),

met_seconds_of_companies as (

    select
        organization_id,
        company_id,
        sum(met_seconds)::bigint as met_seconds
    from company_sessions
    group by organization_id, company_id

),

met_companies as (

    select
        organization_id,
        company_id,
        count(distinct session_id)::integer as session_count,
        min(met_at) as first_met_at,
        max(met_at) as last_met_at
    from person_sessions
    where company_id is not null
    group by organization_id, company_id

),

expected as (

    select
        met_companies.organization_id,
        met_companies.company_id,
        identities.company_key as domain,
        identities.company_name as name,
        identities.company_name_source as name_source,
        identities.company_skeleton as skeleton,
        coalesce(people_counts.person_count, 0) as person_count,
        met_companies.session_count,
        coalesce(met_seconds_of_companies.met_seconds, 0) as met_seconds,
        met_companies.first_met_at,
        met_companies.last_met_at
    from met_companies
    left join identities using (organization_id, company_id)
    left join people_counts using (organization_id, company_id)
    left join met_seconds_of_companies using (organization_id, company_id)

),

{{ differences(['organization_id', 'company_id'], [
    'domain', 'name', 'name_source', 'skeleton', 'person_count', 'session_count', 'met_seconds',
    'first_met_at', 'last_met_at',
]) }}
