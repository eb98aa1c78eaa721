{# What a batch derives again. A session whose events were deleted has no row any more in
   zoom_raw.events. #}

select organization_id, session_id, batch
from {{ ref('stg_zoom__events') }}
where session_id is not null
union all
select organization_id, session_id, batch
from {{ source('pipeline', 'deleted_sessions') }}
