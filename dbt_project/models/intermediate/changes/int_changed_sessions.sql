{{ config(materialized='view') }}

{# The sessions whose events a batch landed, changed or deleted. A session whose events were deleted
   no longer has a row in zoom_raw.events. #}

select
    organization_id,
    session_id,
    batch
from {{ ref('stg_zoom__events') }}
where session_id is not null
union all
select
    organization_id,
    session_id,
    batch
from {{ ref('stg_pipeline__deleted_sessions') }}
