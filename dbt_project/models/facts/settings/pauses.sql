{# Contract, 5.17: when users have paused themselves, and the sessions that they have made private.
   Each change applies until the next one. #}

with

ordered as (

    select
        organization_id,
        user_id,
        is_on,
        effective_from,
        lead(effective_from) over (
            partition by organization_id, user_id
            order by effective_from, changed_at, change_id
        ) as effective_until
    from {{ source('integration', 'pauses') }}

)

select
    organization_id,
    'paused' as kind,
    user_id as subject,
    '' as value,
    '' as zoom_account_id,
    range_agg(tstzrange(effective_from, effective_until)) as valid
from ordered
where is_on
group by organization_id, user_id
union all
select
    organization_id,
    'private_session' as kind,
    user_id as subject,
    session_id as value,
    '' as zoom_account_id,
    tstzmultirange(tstzrange(null, null)) as valid
from {{ source('integration', 'private_sessions') }}
