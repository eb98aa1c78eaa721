{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'deliveries'}}}) }}

{# A delivery waits or has one of the dispositions; what was decided belongs to an organization, or
   says that nobody has connected the account. #}

with

deliveries as (

    select * from {{ ref('deliveries') }}

),

compared as (

    select
        delivery_id,
        case
            when disposition not in (
                    'waiting', 'landed', 'duplicate', 'ignored', 'unknown_account', 'quarantined'
                ) then 'unknown disposition'
            when disposition in ('landed', 'duplicate') and organization_id = '-'
                then 'landed for nobody'
        end as what_is_wrong
    from deliveries

)

select
    delivery_id,
    what_is_wrong
from compared
where what_is_wrong is not null
