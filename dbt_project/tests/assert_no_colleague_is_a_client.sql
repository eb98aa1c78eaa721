{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'people'}}}) }}

{# No WorkSights user, no one at an own domain and no one who is excluded is a person. #}

with

people as (

    select * from {{ ref('people') }}
    {{ where_looked_at('all', ['organization_id', 'person_id']) }}

),

settings as (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind in ('user_email', 'own_domain', 'exclusion')

),

companies as (

    select * from {{ ref('companies') }}

),

compared as (

    select
        people.organization_id,
        people.person_id,
        case settings.kind
            when 'exclusion' then 'the person is excluded'
            when 'own_domain'
                then 'the person''s address is at one of the organization''s own domains'
            else 'the person is a WorkSights user'
        end as what_is_wrong
    from people
    left join companies using (organization_id, company_id)
    inner join settings using (organization_id)
    where case settings.kind
            when 'exclusion'
                then {{ function('matches_address_or_domain') }}(people.email, settings.subject)
            when 'own_domain'
                then '.' || companies.domain like '%.' || replace(settings.subject, '_', '\_')
            else people.email = settings.value and upper_inf(settings.valid)
        end

)

select
    organization_id,
    person_id,
    what_is_wrong
from compared
