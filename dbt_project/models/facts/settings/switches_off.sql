{# Contract, 5.10: when a feature was off for the organization (subject '') or for one user. Each
   change applies until the next one. Without a change, a feature is on. #}

with

ordered as (

    select
        organization_id,
        coalesce(user_id, '') as user_id,
        feature,
        is_on,
        effective_from,
        lead(effective_from) over (
            partition by organization_id, coalesce(user_id, ''), feature
            order by effective_from, changed_at, change_id
        ) as effective_until
    from {{ source('integration', 'subscription_changes') }}

)

select
    organization_id,
    'switched_off' as kind,
    user_id as subject,
    feature as value,
    '' as zoom_account_id,
    range_agg(tstzrange(effective_from, effective_until)) as valid
from ordered
where not is_on
group by organization_id, user_id, feature
