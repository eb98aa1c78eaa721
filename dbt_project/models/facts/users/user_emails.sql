{# Contract, 5.8: the emails of WorkSights users, cleaned, each with the periods in which it
   applies. The first one also applies before it was known. #}

with

intervals as (

    select
        versions.organization_id,
        versions.user_id,
        versions.email,
        tstzrange(
            case when row_number() over versions_of_user > 1 then versions.known_from end,
            lead(versions.known_from) over versions_of_user
        ) as valid
    from {{ source('pipeline', 'user_emails') }} as versions
    inner join {{ source('worksights', 'users') }} using (organization_id, user_id)
    window versions_of_user as (
        partition by versions.organization_id, versions.user_id order by versions.known_from
    )

)

select
    organization_id,
    'user_email' as kind,
    user_id as subject,
    email as value,
    '' as zoom_account_id,
    range_agg(valid) as valid
from intervals
where email is not null
group by organization_id, user_id, email
