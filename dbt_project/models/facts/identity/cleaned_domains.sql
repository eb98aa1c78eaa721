{# The domains that were written in settings. An address or an IP address is not a domain. #}

select
    organization_id,
    written,
    cleaned as domain
from {{ source('pipeline', 'cleaned_texts') }}
where cleaned !~ '[@[]'
