{# Contract, 5.8: manual mappings of Zoom users to WorkSights users; the value '' is "nobody". Each
   applies until the next one. Mappings in any account of the organization count. A change to "by
   email" ends the one before it and is not a mapping itself. #}

with

accounts as (

    select distinct organization_id, zoom_account_id
    from {{ source('integration', 'connections') }}

),

ordered as (

    select
        accounts.organization_id,
        changes.zoom_user_id,
        coalesce(changes.user_id, '') as user_id,
        changes.is_by_email,
        changes.effective_from,
        lead(changes.effective_from) over (
            partition by accounts.organization_id, changes.zoom_user_id
            order by changes.effective_from, changes.changed_at, changes.change_id
        ) as effective_until
    from {{ source('integration', 'mapping_changes') }} as changes
    inner join accounts using (zoom_account_id)

)

select
    organization_id,
    'mapping' as kind,
    zoom_user_id as subject,
    user_id as value,
    '' as zoom_account_id,
    range_agg(tstzrange(effective_from, effective_until)) as valid
from ordered
where not is_by_email
group by organization_id, zoom_user_id, user_id
