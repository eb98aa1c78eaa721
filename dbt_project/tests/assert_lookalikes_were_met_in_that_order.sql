{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'lookalikes'}}}) }}

{# A look-alike and the company it looks like are both shown, and the look-alike was met later. #}

with

lookalikes as (

    select * from {{ ref('lookalikes') }}

),

companies as (

    select * from {{ ref('companies') }}

),

compared as (

    select
        lookalikes.organization_id,
        lookalikes.company_id,
        case
            when later.company_id is null or earlier.company_id is null
                then 'one of the two companies is missing'
            when later.skeleton <> earlier.skeleton then 'the two domains do not look alike'
            when later.first_met_at < earlier.first_met_at then 'the look-alike was met first'
        end as what_is_wrong
    from lookalikes
    left join companies as later
        on later.organization_id = lookalikes.organization_id
        and later.company_id = lookalikes.company_id
    left join companies as earlier
        on earlier.organization_id = lookalikes.organization_id
        and earlier.company_id = lookalikes.looks_like_company_id

)

select
    organization_id,
    company_id,
    what_is_wrong
from compared
where what_is_wrong is not null
