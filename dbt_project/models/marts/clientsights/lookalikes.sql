{{ config(materialized='view') }}

{# Flags a domain that looks like that of a company met earlier; nothing is merged. #}

select
    later.organization_id,
    later.company_id,
    earlier.company_id as looks_like_company_id,
    later.domain,
    earlier.domain as looks_like_domain,
    later.first_met_at
from {{ ref('companies') }} as later
inner join {{ ref('companies') }} as earlier
    on earlier.organization_id = later.organization_id
    and earlier.skeleton = later.skeleton
    and (earlier.first_met_at, earlier.domain) < (later.first_met_at, later.domain)
