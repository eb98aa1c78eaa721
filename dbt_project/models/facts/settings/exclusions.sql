{# Contract, 5.10: the addresses and domains that are excluded, for all times. A text that is
   neither has no effect. #}

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
