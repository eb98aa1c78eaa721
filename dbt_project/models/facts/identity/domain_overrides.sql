{# Contract, 5.11: the overrides that apply. Of several for one domain the latest counts, then the
   greatest value. One with an unreadable domain or company domain has no effect. One that only
   names a company does not move anyone to another. #}

select distinct on (overrides.organization_id, domains.domain)
    overrides.organization_id,
    domains.domain,
    coalesce(company_domains.domain, '') as company_domain,
    coalesce(btrim(overrides.company_name), '') as company_name,
    overrides.names_only as is_name_only
from {{ source('integration', 'domain_overrides') }} as overrides
inner join {{ ref('cleaned_domains') }} as domains
    on domains.organization_id = overrides.organization_id
    and domains.written = overrides.domain
left join {{ ref('cleaned_domains') }} as company_domains
    on company_domains.organization_id = overrides.organization_id
    and company_domains.written = overrides.company_domain
where btrim(coalesce(overrides.company_domain, '')) = '' or company_domains.domain is not null
order by
    overrides.organization_id, domains.domain, overrides.changed_at desc,
    coalesce(company_domains.domain, '') collate "C" desc,
    coalesce(btrim(overrides.company_name), '') collate "C" desc
