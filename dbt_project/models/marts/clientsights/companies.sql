{{ config(
    unique_key=['organization_id', 'company_id'],
    indexes=[
        {'columns': ['organization_id', 'company_id'], 'unique': true},
        {'columns': ['organization_id', 'last_met_at']},
        {'columns': ['organization_id', 'skeleton']},
    ],
) }}
{{ change_set(
    'changed_or_classified', ['organization_id', 'company_id'], all_of='int_company_months'
) }}

with

company_months as (

    select * from {{ ref('int_company_months') }}
    {{ where_news() }}

),

email_addresses as (

    select * from {{ ref('stg_clientsights__email_addresses') }}
    {{ where_news() }}

),

people as (

    select * from {{ ref('people') }}
    {{ where_news() }}

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
    where company_id is not null

),

people_counts as (

    select
        organization_id,
        company_id,
        count(*)::integer as person_count
    from people
    where kind = 'human'
    group by organization_id, company_id

),

met_companies as (

    select
        organization_id,
        company_id,
        sum(session_count)::integer as session_count,
        sum(met_seconds)::bigint as met_seconds,
        min(first_met_at) as first_met_at,
        max(last_met_at) as last_met_at
    from company_months
    group by organization_id, company_id

)

select
    company_id,
    organization_id,
    identities.company_key as domain,
    identities.company_name as name,
    identities.company_name_source as name_source,
    identities.company_skeleton as skeleton,
    coalesce(people_counts.person_count, 0) as person_count,
    met_companies.session_count,
    met_companies.met_seconds,
    met_companies.first_met_at,
    met_companies.last_met_at
from met_companies
inner join identities using (organization_id, company_id)
left join people_counts using (organization_id, company_id)
