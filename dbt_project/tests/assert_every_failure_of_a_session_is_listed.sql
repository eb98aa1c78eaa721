{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'failed_sessions'}}}) }}

{# Every session that could not be derived is listed. #}

with

failures as (

    select * from {{ ref('stg_pipeline__failures') }}
    where session_id is not null

),

failed_sessions as (

    select * from {{ ref('failed_sessions') }}

)

select distinct
    failures.organization_id,
    failures.session_id,
    'a session that could not be derived is not listed' as what_is_wrong
from failures
left join failed_sessions using (organization_id, session_id)
where failed_sessions.session_id is null
