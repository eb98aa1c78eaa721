{{ config(
    unique_key=['organization_id', 'person_id'],
    indexes=[
        {'columns': ['organization_id', 'person_id'], 'unique': true},
        {'columns': ['organization_id', 'company_id']},
        {'columns': ['organization_id', 'last_met_at']},
    ],
) }}
{{ change_set(
    'changed_or_classified', ['organization_id', 'person_id'], all_of='int_person_months'
) }}

with

person_months as (

    select * from {{ ref('int_person_months') }}
    {{ where_news() }}

),

email_addresses as (

    select * from {{ ref('stg_clientsights__email_addresses') }}
    {{ where_news() }}

),

-- Every spelling of a person's address has the same classification.
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
    where person_id is not null

),

met_people as (

    select
        organization_id,
        person_id,
        (
            array_agg(person_name order by month desc) filter (where person_name is not null)
        )[1] as person_name,
        sum(session_count)::integer as session_count,
        min(first_met_at) as first_met_at,
        max(last_met_at) as last_met_at
    from person_months
    group by organization_id, person_id

)

select
    person_id,
    organization_id,
    identities.company_id,
    identities.person_key as email,
    coalesce(identities.corrected_name, met_people.person_name, identities.guessed_name)
        as display_name,
    case
        when identities.corrected_name is not null then 'override'
        when met_people.person_name is not null then 'zoom'
        else 'guess'
    end as name_source,
    identities.kind,
    met_people.session_count,
    met_people.first_met_at,
    met_people.last_met_at
from met_people
inner join identities using (organization_id, person_id)
