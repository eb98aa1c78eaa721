{# The texts in settings that have no effect: neither an address nor a domain, or an address where a
   domain is required. #}

with

written as (

    select
        organization_id,
        'exclusions' as setting,
        email_or_domain as text,
        true as may_be_address
    from {{ source('integration', 'exclusions') }}
    union all
    select organization_id, 'own_domains' as setting, domain, false as may_be_address
    from {{ source('integration', 'own_domains') }}
    union all
    select organization_id, 'domain_overrides' as setting, domain, false as may_be_address
    from {{ source('integration', 'domain_overrides') }}
    union all
    select organization_id, 'domain_overrides' as setting, company_domain, false as may_be_address
    from {{ source('integration', 'domain_overrides') }}
    where btrim(company_domain) <> ''

)

select distinct
    written.organization_id,
    written.setting,
    written.text
from written
inner join {{ source('pipeline', 'cleaned_texts') }} as texts
    on texts.organization_id = written.organization_id
    and texts.written = written.text
where texts.cleaned is null or (not written.may_be_address and texts.cleaned ~ '[@[]')
