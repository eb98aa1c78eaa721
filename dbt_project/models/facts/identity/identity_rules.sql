{# Contract, 5.11: the organization's own rules for people and companies: own domains, overrides,
   settings and corrected names. They always apply. #}

with

rules as (

    select
        own_domains.organization_id,
        'own_domain' as kind,
        domains.domain as subject,
        '' as value
    from {{ source('integration', 'own_domains') }} as own_domains
    inner join {{ ref('cleaned_domains') }} as domains
        on domains.organization_id = own_domains.organization_id
        and domains.written = own_domains.domain
    group by own_domains.organization_id, domains.domain
    union all
    select organization_id, 'domain_override' as kind, domain, company_domain
    from {{ ref('domain_overrides') }}
    where not is_name_only
    union all
    select organization_id, 'company_name' as kind, domain, company_name
    from {{ ref('domain_overrides') }}
    where company_name <> ''
    union all
    -- Of several spellings of a name, the greatest value counts.
    select
        organization_id,
        'identity_setting' as kind,
        lower(btrim(name) collate "C") collate "default" as subject,
        max(lower(btrim(value) collate "C")) collate "default" as value
    from {{ source('integration', 'identity_settings') }}
    group by organization_id, lower(btrim(name) collate "C") collate "default"
    union all
    select organization_id, 'person_name' as kind, person_key, display_name
    from {{ source('integration', 'person_names') }}

)

select
    organization_id,
    kind,
    subject,
    value,
    '' as zoom_account_id,
    tstzmultirange(tstzrange(null, null)) as valid
from rules
