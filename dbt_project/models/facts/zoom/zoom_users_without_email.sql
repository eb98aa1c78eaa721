{# Contract, section 3 (affiliation): Zoom users who have never had an email, as known now. They are
   colleagues, such as rooms, that no email can match. #}

select
    organization_id,
    'zoom_user_without_email' as kind,
    zoom_user_id as subject,
    '' as value,
    '' as zoom_account_id,
    '{(,)}'::tstzmultirange as valid
from {{ ref('zoom_user_observations') }}
group by organization_id, zoom_user_id
having max(email collate "C") is null
