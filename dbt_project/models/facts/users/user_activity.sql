{# Contract, 5.8: when a WorkSights user was active: from their creation to their deactivation. #}

select
    organization_id,
    'user_active' as kind,
    user_id as subject,
    '' as value,
    '' as zoom_account_id,
    tstzmultirange(
        tstzrange(
            created_at,
            case when deactivated_at is not null then greatest(created_at, deactivated_at) end
        )
    ) as valid
from {{ source('worksights', 'users') }}
