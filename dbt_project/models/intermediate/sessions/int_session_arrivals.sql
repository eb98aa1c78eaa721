{{ config(materialized='view') }}

{# What the promise about delays starts from: Zoom may send a session's events late, or again. #}

select
    organization_id,
    session_id,
    max(first_received_at) as last_received_at
from {{ ref('stg_zoom__events') }}
where session_id is not null
group by organization_id, session_id
