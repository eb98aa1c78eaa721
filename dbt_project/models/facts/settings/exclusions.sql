{# Contract, 5.10 and 5.17: what is excluded, at all times: addresses and domains, Zoom users, and
   meetings. A text that is none of them has no effect. A phone number belongs to no one who could
   have an entry. #}

select distinct
    exclusions.organization_id,
    'exclusion' as kind,
    texts.cleaned as subject,
    '' as value,
    '' as zoom_account_id,
    tstzmultirange(tstzrange(null, null)) as valid
from {{ source('integration', 'exclusions') }} as exclusions
inner join {{ source('pipeline', 'cleaned_texts') }} as texts
    on texts.organization_id = exclusions.organization_id
    and texts.written = exclusions.email_or_domain
where exclusions.kind = 'email_or_domain' and texts.cleaned is not null
union
select
    organization_id,
    'excluded_zoom_user' as kind,
    btrim(email_or_domain) as subject,
    '' as value,
    '' as zoom_account_id,
    tstzmultirange(tstzrange(null, null)) as valid
from {{ source('integration', 'exclusions') }}
where kind = 'zoom_user' and level = 'hide'
union
select
    organization_id,
    'excluded_meeting' as kind,
    regexp_replace(email_or_domain, '[\s-]', '', 'g') as subject,
    '' as value,
    '' as zoom_account_id,
    tstzmultirange(tstzrange(null, null)) as valid
from {{ source('integration', 'exclusions') }}
where kind = 'meeting_number' and level = 'hide'
