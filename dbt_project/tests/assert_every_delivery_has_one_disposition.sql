{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'deliveries'}}}) }}

{# Every delivery has one of the dispositions, and a delivery that was landed belongs to an
   organization. #}

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
                then 'landed without an organization'
        end as what_is_wrong
    from deliveries

)

select
    delivery_id,
    what_is_wrong
from compared
where what_is_wrong is not null
